// Credits and what was paid for them, side by side: every TOP_UP transaction is of one paid top-up,
// or of one event that an operator credited, and every such top-up and event has its transaction.
//
// All three are read in one list sorted by invoice, so that what belongs together, and what is
// there twice, stands together, whatever indexes there are.

import Domain
import Storage

extension Audit {
  /// I4, I5: no invoice is credited twice, and no credit is of something else than was paid.
  mutating func checkCredits(in db: any Connection) throws(Refusal) {
    advance(.credits, 0)
    var pairing = Pairing()
    var rows = 0
    try db.forEach(
      """
      SELECT coalesce(invoice_id, ''), 'credit', wallet_id, sequence, amount, reference,
        counterparty
      FROM wallet_transactions WHERE type = 'TOP_UP'
      UNION ALL
      SELECT coalesce(paid_invoice_id, ''), 'top-up', wallet_id, 0, amount, reference, 'xendit'
      FROM wallet_top_ups WHERE status = 'PAID'
      UNION ALL
      SELECT coalesce(invoice_id, ''), 'event', '', id, coalesce(amount, 0), reference,
        'xendit operator:' || resolved_by
      FROM webhook_events WHERE resolution || '' = 'credited'
      ORDER BY 1
      """, []
    ) { row throws(Refusal) in
      let entry = try Entry(row)
      if entry.invoice != pairing.invoice {
        close(pairing)
        pairing = Pairing(invoice: entry.invoice)
      }
      if pairing.add(entry) { found(entry.place, "names an invoice that another one names too") }
      rows += 1
      advance(.credits, rows)
    }
    close(pairing)
  }

  /// All that names one invoice has been read.
  private mutating func close(_ pairing: Pairing) {
    let (credit, topUp, event) = (pairing.credit, pairing.topUp, pairing.event)
    let isByOperator = credit.map { $0.counterparty != "xendit" } ?? false
    if let credit {
      guard let paid = isByOperator ? event : topUp else {
        let other = isByOperator ? "event that an operator credited" : "paid top-up"
        return found(credit.place, "credits no \(other)")
      }
      if !credit.isOf(paid) { found(credit.place, "is not what \(paid.place) says was paid") }
    }
    if let topUp {
      counts.topUpsPaid += 1
      if credit == nil || isByOperator { found(topUp.place, "is PAID, and was not credited") }
    }
    if let event {
      counts.eventsCredited += 1
      if !isByOperator { found(event.place, "was credited, and no transaction says so") }
    }
  }
}

/// What names one invoice.
private struct Pairing {
  let invoice: String
  private(set) var credit: Entry?
  private(set) var topUp: Entry?
  private(set) var event: Entry?

  init(invoice: String = "") {
    self.invoice = invoice
  }

  /// - Returns: whether there was one of its kind before.
  mutating func add(_ entry: Entry) -> Bool {
    switch entry.kind {
    case .credit:
      defer { credit = credit ?? entry }
      return credit != nil
    case .topUp:
      defer { topUp = topUp ?? entry }
      return topUp != nil
    case .event:
      defer { event = event ?? entry }
      return event != nil
    }
  }
}

/// A row of the list.
private struct Entry {
  enum Kind: String {
    case credit
    case topUp = "top-up"
    case event
  }

  let invoice: String
  let kind: Kind
  /// Of an event it is empty: the operator chose the wallet.
  let wallet: String
  /// A transaction's sequence, or an event's id.
  let number: Int64
  let amount: Int64
  let reference: String?
  let counterparty: String

  init(_ row: borrowing Row) throws(Refusal) {
    invoice = try row.text(0)
    kind = try row.parsed(1) { Kind(rawValue: $0) }
    wallet = try row.text(2)
    number = try row.integer(3)
    amount = try row.integer(4)
    reference = try row.optionalText(5)
    counterparty = try row.text(6)
  }

  var place: String {
    switch kind {
    case .credit: "wallet \(wallet), transaction \(number)"
    case .topUp: "top-up \(reference ?? "without a reference")"
    case .event: "event \(number)"
    }
  }

  func isOf(_ paid: Entry) -> Bool {
    amount == paid.amount && reference == paid.reference && counterparty == paid.counterparty
      && (paid.kind == .event || wallet == paid.wallet)
  }
}
