// I2: the ledger held against what the provider says of all its invoices, one to one by their ids.
//
// Off is
// - an invoice that was paid, and is neither credited nor known of;
// - a credit whose invoice was not paid so, and that nobody knows of;
// - a top-up that two invoices could still be paid for.
//
// Known is what an event speaks of that waits, for an operator or for the provider's word, or that
// an operator dismissed for a reason; and a credit that was reversed. What only waits for its
// webhook or for the next reconciliation cannot be told from what is lost: so this is asked after
// a reconciliation, while nobody pays.

import Domain
import Storage

/// How many invoices and credits agreed.
public struct TruthCounts: Equatable, Sendable {
  /// Paid invoices that are ours.
  public var paid = 0
  /// Those among them that were credited, with just that amount.
  public var credited = 0
  /// Payments that are not credited, and credits that are not paid, of which an event tells that
  /// waits or was dismissed; and unpaid credits that were reversed.
  public var known = 0
}

extension Audit {
  /// - Parameter reports: on every invoice of the provider's account, which are held in memory.
  ///   Those whose reference is not of our form belong to others.
  public mutating func compare(
    with reports: [Event], in db: any Connection
  ) throws(Refusal) {
    let ours = reports.filter { TopUpReference($0.reference) != nil }
    checkLive(ours)
    var paid = Dictionary(ours.filter(\.isPaid).map { ($0.invoiceID, $0) }) { first, _ in first }
    counts.truth.paid = paid.count
    let known = try Knowledge(in: db)
    for credit in try unpaidCredits(in: db, &paid) {
      let isReversed = try isReversed(credit.id, in: db)
      if known.isDoubted(credit.invoice) || isReversed {
        counts.truth.known += 1
      } else {
        found("wallet \(credit.id.wallet), transaction \(credit.id.sequence)", credit.detail)
      }
    }
    for (invoice, report) in paid.sorted(by: { $0.key < $1.key }) {
      if known.isClaimed(invoice) {
        counts.truth.known += 1
      } else {
        found("invoice \(invoice)", "was paid (\(report.said)), and neither credited nor known of")
      }
    }
  }

  private struct UnpaidCredit {
    let id: TransactionID
    let invoice: String
    let detail: String
  }

  /// The credits that no report agrees with. What they name is taken out of the reports.
  private mutating func unpaidCredits(
    in db: any Connection, _ paid: inout [String: Event]
  ) throws(Refusal) -> [UnpaidCredit] {
    var unpaid: [UnpaidCredit] = []
    try db.forEach(
      """
      SELECT wallet_id, sequence, invoice_id, amount, reference FROM wallet_transactions
      WHERE type = 'TOP_UP'
      """, []
    ) { row throws(Refusal) in
      let id = TransactionID(wallet: try row.identifier(0), sequence: try row.integer(1))
      let invoice = try row.text(2)
      let report = paid.removeValue(forKey: invoice)
      let (amount, reference) = (try row.money(3), try row.optionalText(4))
      if let report, report.amount == amount, report.reference == reference {
        counts.truth.credited += 1
      } else {
        let detail = detail(invoice, amount, report)
        unpaid.append(UnpaidCredit(id: id, invoice: invoice, detail: detail))
      }
    }
    return unpaid
  }

  private mutating func checkLive(_ reports: [Event]) {
    let live = Dictionary(grouping: reports.filter { $0.status == "PENDING" }, by: \.reference)
    for (reference, invoices) in live.sorted(by: { $0.key < $1.key }) where invoices.count > 1 {
      let ids = invoices.map(\.invoiceID).joined(separator: ", ")
      found("top-up \(reference)", "can be paid by \(invoices.count) invoices: \(ids)")
    }
  }

  private func detail(_ invoice: String, _ amount: Money, _ report: Event?) -> String {
    let said = report.map { "paid as \($0.said)" } ?? "not paid"
    return "credits \(amount.whole) IDR for invoice \(invoice), which was \(said)"
  }

  private func isReversed(_ id: TransactionID, in db: any Connection) throws(Refusal) -> Bool {
    try Transactions.find(adjustment: "REV-\(id)", of: id.wallet, in: db) != nil
  }
}

extension Event {
  /// What it says was paid, in words.
  fileprivate var said: String {
    "\(amount?.whole ?? "no amount in whole") \(currency ?? Money.currency), \(reference)"
  }
}

/// The invoices that events speak of that wait or were dismissed.
private struct Knowledge {
  /// To each, whether an event says that it was paid.
  private var isPaid: [String: Bool] = [:]

  init(in db: any Connection) throws(Refusal) {
    try db.forEach(
      """
      SELECT invoice_id, coalesce(status IN ('PAID', 'SETTLED'), FALSE) FROM webhook_events
      WHERE invoice_id IS NOT NULL AND (state IN ('review', 'waiting') OR resolution = 'dismissed')
      """, []
    ) { row throws(Refusal) in
      let (invoice, says) = (try row.text(0), try row.integer(1) == 1)
      isPaid[invoice] = says || isPaid[invoice] == true
    }
  }

  /// Somebody looks, or has looked, at this invoice.
  func isDoubted(_ invoice: String) -> Bool { isPaid[invoice] != nil }

  /// The same, and because it was reported as paid.
  func isClaimed(_ invoice: String) -> Bool { isPaid[invoice] == true }
}
