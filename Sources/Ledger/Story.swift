// The whole story of one top-up, put together from all tables that know a part of it.

import Domain
import Storage

/// What has happened to a top-up, in order of time.
public struct Story: Sendable {
  /// Something that happened.
  public struct Chapter: Sendable {
    public let at: Timestamp
    /// `asked`, `resumed`, `event`, `resolved`, `credited`, `reversed`, `closed`, `looked`,
    /// `checked` or `ends`.
    public let what: String
    public let amount: Money?
    public let detail: String
  }

  public let topUp: TopUp
  /// The client's name for it.
  public let idempotencyKey: String?
  public let paidInvoiceID: String?
  /// Paid after its end.
  public let isLate: Bool
  public private(set) var chapters: [Chapter]

  /// Events of later than so long after the last change are not looked for.
  private static let afterwardsSeconds: Int64 = 8 * 86_400

  /// The story of the top-up with this reference, this id, or this invoice. That of an invoice
  /// which was not credited is found by reading all top-ups.
  public static func find(_ name: String, in db: any Connection) throws(Refusal) -> Story? {
    guard let reference = try reference(of: name, in: db),
      let record = try Record.find(reference, in: db)
    else { return nil }
    var story = Story(
      topUp: record.topUp, idempotencyKey: record.key, paidInvoiceID: record.paidInvoiceID,
      isLate: record.isLate, chapters: record.chapters)
    let isOpen = record.topUp.status == .pending
    let events = try Journal.about(
      record.topUp.reference, from: record.topUp.createdAt,
      until: isOpen ? nil : record.lastMoment.adding(seconds: afterwardsSeconds), in: db)
    story.chapters += events.flatMap(\.chapters)
    try story.addMoney(of: events, in: db)
    story.chapters.sort { $0.at < $1.at }
    return story
  }

  private static func reference(
    of name: String, in db: any Connection
  ) throws(Refusal) -> String? {
    if TopUpReference(name) != nil { return name }
    if let credit = try Transactions.find(invoiceID: name, in: db),
      let reference = credit.posting.reference, TopUpReference(reference) != nil
    {
      return reference
    }
    let sql: StaticString =
      Identifier(name) != nil
      ? "SELECT reference FROM wallet_top_ups WHERE id = $1"
      : "SELECT reference FROM wallet_top_ups WHERE invoice_id = $1 OR paid_invoice_id = $1"
    return try db.first(sql, [.text(name)]) { row throws(Refusal) in try row.text(0) }
  }

  /// What the ledger knows of the invoices: that of the top-up, and those that operators credited.
  private mutating func addMoney(
    of events: [JournalEntry], in db: any Connection
  ) throws(Refusal) {
    let credited = events.filter { $0.resolution == "credited" }.compactMap(\.invoiceID)
    for invoice in Set(credited + [paidInvoiceID].compactMap { $0 }) {
      guard let credit = try Transactions.find(invoiceID: invoice, in: db) else { continue }
      chapters.append(
        Chapter(
          at: credit.createdAt, what: "credited", amount: credit.posting.amount,
          detail: "transaction \(credit.id) for invoice \(invoice), "
            + "balance after it \(credit.balanceAfter.whole)"))
      let reversal = try Transactions.find(
        adjustment: "REV-\(credit.id)", of: credit.id.wallet, in: db)
      guard let reversal else { continue }
      chapters.append(
        Chapter(
          at: reversal.createdAt, what: "reversed", amount: reversal.posting.amount,
          detail: "transaction \(reversal.id) by \(reversal.posting.counterparty): "
            + reversal.posting.description))
    }
  }
}

extension JournalEntry {
  /// Its arrival, and what an operator made of it.
  fileprivate var chapters: [Story.Chapter] {
    let about = "event \(id): \(status ?? "?") of invoice \(invoiceID ?? "?")"
    var chapters = [
      Story.Chapter(
        at: receivedAt, what: "event", amount: amount,
        detail: "\(about), \(state.rawValue)" + (reason.map { ": \($0)" } ?? ""))
    ]
    if let resolution, let resolvedAt {
      chapters.append(
        Story.Chapter(
          at: resolvedAt, what: "resolved", amount: nil,
          detail: "event \(id): \(resolution) by \(resolvedBy ?? "?"): \(resolutionReason ?? "")"))
    }
    return chapters
  }
}

/// The row, with what only a person wants to know of it.
private struct Record {
  let topUp: TopUp
  let updatedAt: Timestamp
  let key: String?
  let paidInvoiceID: String?
  let isLate: Bool
  let checkedAt: Timestamp?
  let lookedAt: Timestamp?
  let resumedAt: Timestamp?

  static func find(_ reference: String, in db: any Connection) throws(Refusal) -> Record? {
    try db.first(
      """
      SELECT id, user_id, wallet_id, reference, amount, status, invoice_id, invoice_url,
        expires_at, lease_until, created_at, paid_at, updated_at, idempotency_key,
        paid_invoice_id, paid_late, checked_at, looked_at, resumed_at
      FROM wallet_top_ups WHERE reference = $1
      """,
      [.text(reference)]
    ) { row throws(Refusal) in
      Record(
        topUp: try TopUps.topUp(row), updatedAt: try row.timestamp(12),
        key: try row.optionalText(13), paidInvoiceID: try row.optionalText(14),
        isLate: try row.integer(15) == 1, checkedAt: try row.optionalTimestamp(16),
        lookedAt: try row.optionalTimestamp(17), resumedAt: try row.optionalTimestamp(18))
    }
  }

  var lastMoment: Timestamp {
    [updatedAt, topUp.invoice?.expiresAt, checkedAt, lookedAt].compactMap { $0 }.max() ?? updatedAt
  }

  var chapters: [Story.Chapter] {
    let isClosed = topUp.status == .expired || topUp.status == .failed
    let known: [(Timestamp?, String, Money?, String)] = [
      (topUp.createdAt, "asked", topUp.amount, "by user \(topUp.userID)"),
      (resumedAt, "resumed", nil, "Xendit's answer was lost: its invoice was looked for"),
      (isClosed ? updatedAt : nil, "closed", nil, "\(topUp.status.rawValue), changed last"),
      (lookedAt, "looked", nil, "Xendit was asked about it last"),
      (checkedAt, "checked", nil, "Xendit was asked whether what was credited is paid"),
      (topUp.invoice?.expiresAt, "ends", nil, "the invoice cannot be paid any longer"),
    ]
    return known.compactMap { at, what, amount, detail in
      at.map { Story.Chapter(at: $0, what: what, amount: amount, detail: detail) }
    }
  }
}
