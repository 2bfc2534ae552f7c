// What an operator does with the books, and reports that wait for one.

import Domain

@testable import Ledger

extension Books {
  /// Receives a report that nobody can settle, since no top-up has its reference.
  /// - Returns: the event's id.
  func receiveUnknown(
    rupiah: Int64? = 500, invoice: String = "inv-u", status: String = "PAID",
    currency: String? = "IDR"
  ) throws -> Int64 {
    let event = Event(
      invoiceID: invoice, reference: "WTU-20200101-0000000000000000", status: status,
      amount: rupiah.map { Money(rupiah: $0) }, currency: currency)
    _ = try receive(event, body: "\(event)")
    let ids = try outside("SELECT max(id) FROM webhook_events").output
    return Int64(ids.dropLast()) ?? -1
  }

  func receive(
    _ event: Event?, body: String, confirmAbove: Money? = nil
  ) throws(Refusal) -> Verdict {
    let received = ReceivedEvent(body: Array(body.utf8), webhookID: nil, event: event)
    let moment = now
    return try database.write { db throws(Refusal) in
      try Settlement.receive(received, confirmAbove: confirmAbove, at: moment, in: db)
    }
  }

  func resolve(
    _ event: Int64, as resolution: Resolution, by name: String = "ana"
  ) throws -> Bool {
    let (moment, decision) = (now, try decision(name))
    return try database.write { db throws(Refusal) in
      try Reviews.resolve(event, as: resolution, decision, at: moment, in: db)
    }
  }

  @discardableResult
  func adjust(
    rupiah: Int64, key: String? = nil, overdraft: Bool = false, by name: String = "ana"
  ) throws -> Adjustments.Outcome {
    let (moment, wallet, decision) = (now, walletID, try decision(name))
    let key = try key.map { raw throws(Invalid) in try IdempotencyKey(raw) }
    return try database.write { db throws(Refusal) in
      try Adjustments.adjust(
        wallet, by: Money(rupiah: rupiah), decision, key: key, overdraft: overdraft, at: moment,
        in: db)
    }
  }

  func reverse(
    _ sequence: Int64, overdraft: Bool = false
  ) throws -> Adjustments.Outcome {
    let (moment, decision) = (now, try decision("ana"))
    let id = TransactionID(wallet: walletID, sequence: sequence)
    return try database.write { db throws(Refusal) in
      try Adjustments.reverse(id, decision, overdraft: overdraft, at: moment, in: db)
    }
  }

  /// Changes what the triggers protect, as somebody does who drops them first.
  func tamper(_ sql: String) throws {
    let triggers = try outside("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
    let drops = triggers.output.split(separator: "\n").map { "DROP TRIGGER \($0);" }
    let result = try outside(drops.joined() + sql)
    guard result.status == 0 else { throw Refusal.broken(evidence: result.errors) }
  }

  /// What the audit finds.
  func findings() throws -> [String] {
    var findings: [String] = []
    var audit = Audit(report: { findings.append("\($0)") })
    try database.read { db throws(Refusal) in try audit.run(in: db) }
    return findings
  }

  func decision(_ name: String = "ana") throws -> Decision {
    Decision(name: try OperatorName(name), reason: try Reason("the payer called"))
  }
}
