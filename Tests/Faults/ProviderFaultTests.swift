// Every fault of the sandbox on every call, through the whole product: when it is over, a repeat or
// reconciliation ends with one invoice to pay, and its payment is credited once.

import Foundation
import Programs
import Support
import Testing

@Suite(
  "Trouble at Xendit",
  .enabled(if: Stack.isBuilt && Checkout.isBuilt("dompet"), "needs swift build -c release"))
struct ProviderFaultTests {
  @Test(
    "of any kind, on any call, ends with one invoice to pay and one credit",
    arguments: Trouble.Place.allCases)
  func trouble(_ place: Trouble.Place) throws {
    let cases = Trouble.all(on: place)
    let next = Shared(cases.enumerated().makeIterator())
    let outcomes = Shared<[Outcome]>([])
    inThreads(2) { _ in
      do {
        // A sandbox has one list of faults: so each thread has its own.
        let teller = try Teller()
        while let (number, trouble) = next.withLock({ $0.next() }) {
          let outcome = try teller.meet(trouble, userComesFirst: number.isMultiple(of: 2))
          outcomes.withLock { $0.append(outcome) }
        }
        try teller.expectClean()
      } catch {
        Issue.record("\(place.rawValue): \(error)")
      }
    }
    let all = outcomes.withLock { $0 }
    #expect(all.count == cases.count)
    for outcome in all { #expect(outcome.complaints == [], "\(outcome.trouble.rule)") }
    Report.fault(
      "Xendit's \(place.rawValue) in \(cases.count) ways", tried: all.count,
      lost: all.count { $0.isLost }, doubled: all.count { $0.isDoubled })
  }
}

/// What became of one top-up.
struct Outcome: Sendable {
  let trouble: Trouble
  var isLost = false
  var isDoubled = false
  var complaints: [String] = []

  mutating func expect(_ condition: Bool, _ complaint: String) {
    if !condition { complaints.append(complaint) }
  }
}

extension Teller {
  /// One top-up, from the trouble to its end. Whoever comes first then, the user or reconciliation,
  /// finds the same end.
  fileprivate func meet(_ trouble: Trouble, userComesFirst: Bool) throws -> Outcome {
    var outcome = Outcome(trouble: trouble)
    let key = UUID().uuidString.lowercased()
    try openGate()
    try begin(trouble, key, &outcome)
    let left = try faults()
    outcome.expect(left == "[]", "not met: \(left)")
    try setFaults([])
    if trouble.mode == "late" { sleep(UInt32(trouble.seconds) + 1) }
    let reference = try reference(of: key)
    if trouble.place == .create, trouble.isRefusal {
      outcome.expect(try ask(key) == 502, "a refusal is not replayed")
      let state = try sql("SELECT status FROM wallet_top_ups WHERE idempotency_key = '\(key)'")
      outcome.expect(state == "FAILED", "refused, and \(state)")
      outcome.expect(try invoices(of: reference).isEmpty, "refused, and there is an invoice")
      return outcome
    }
    if !userComesFirst { try reconcile(&outcome) }
    outcome.expect(try repeatedly(key) == 201, "the repeat")
    if userComesFirst { try reconcile(&outcome) }
    try end(reference, &outcome, byWebhook: userComesFirst)
    return outcome
  }

  /// Brings it about that the call is made, and holds the answer meanwhile to what it must be.
  private func begin(_ trouble: Trouble, _ key: String, _ outcome: inout Outcome) throws {
    let lost = #"{"on":"create","mode":"lost_answer","times":1}"#
    let hidden = #"{"on":"list","mode":"list_lag","seconds":600,"times":1}"#
    let unknown = trouble.isHarmless ? 201 : 503
    switch trouble.place {
    case .create:
      try setFaults([trouble.rule])
      let wanted = trouble.isRefusal ? 502 : unknown
      let status = try ask(key)
      outcome.expect(status == wanted, "create: \(status), not \(wanted)")
    case .list:
      try setFaults([lost, trouble.rule])
      outcome.expect(try ask(key) == 503, "the answer was not lost")
      let status = try ask(key)
      outcome.expect(status == unknown, "list: \(status), not \(unknown)")
    case .get:
      outcome.expect(try ask(key) == 201, "no trouble yet")
      try setFaults([hidden, trouble.rule])
      _ = try reconcile()
    case .expire:
      try setFaults([lost, lost, hidden, trouble.rule])
      for status in [503, 503, 201] { outcome.expect(try ask(key) == status, "two invoices") }
    case .webhook:
      outcome.expect(try ask(key) == 201, "no trouble yet")
      try setFaults([trouble.rule])
      let reference = try reference(of: key)
      for invoice in try invoices(of: reference) { _ = try pay(invoice.id, byWebhook: true) }
    }
  }

  /// Pays the one invoice that can be paid, and counts.
  private func end(_ reference: String, _ outcome: inout Outcome, byWebhook: Bool) throws {
    if outcome.trouble.place != .webhook {
      let open = try invoices(of: reference).filter { $0.status == "PENDING" }
      outcome.isDoubled = open.count > 1
      outcome.expect(open.count == 1, "\(open.count) invoices to pay")
      for invoice in open {
        outcome.expect(try pay(invoice.id, byWebhook: byWebhook), "the payment is not taken")
      }
      try reconcile(&outcome)
    }
    let credits = Int(try credits(of: reference))
    outcome.isLost = credits == 0
    outcome.isDoubled = outcome.isDoubled || credits ?? 0 > 1
    outcome.expect(credits == 1, "\(credits ?? -1) credits")
    let statuses = Set(try invoices(of: reference).map(\.status))
    outcome.expect(statuses.isSubset(of: ["PAID", "EXPIRED"]), "\(statuses)")
  }

  private func reconcile(_ outcome: inout Outcome) throws {
    let result = try reconcile()
    outcome.expect(result.status == 0, "reconcile: \(result.errors)")
  }
}
