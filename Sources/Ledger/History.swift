// A wallet's history, read backwards. Its order is the sequence, and time never falls within a
// wallet: so a range of times is a range of sequences, and a page never shifts.

import Domain
import Storage

/// What has moved in a wallet, newest first.
public enum History {
  /// What somebody asks to see.
  public struct Filter: Equatable, Sendable {
    /// Nil for all.
    public let kind: Posting.Kind?
    /// Inclusive; nil for the beginning.
    public let from: Timestamp?
    /// Exclusive; nil for the end.
    public let to: Timestamp?

    public init(kind: Posting.Kind? = nil, from: Timestamp? = nil, to: Timestamp? = nil) {
      self.kind = kind
      self.from = from
      self.to = to
    }
  }

  /// A part of a wallet's history that does not change any more, whatever comes.
  public struct Span: Equatable, Sendable {
    public let wallet: Identifier
    let kind: Posting.Kind?
    /// The first and the last sequence; there is nothing if they are in the wrong order.
    let first: Int64
    let last: Int64

    /// What is left of it before this transaction of the same wallet.
    public func before(_ id: TransactionID) -> Span {
      Span(wallet: wallet, kind: kind, first: first, last: min(last, id.sequence - 1))
    }
  }

  /// One look at a span.
  public struct Page: Sendable {
    /// Newest first.
    public let items: [Transaction]
    /// Where it goes on, before this transaction; nil if there is nothing left.
    public let next: TransactionID?
  }

  /// How many rows are looked at for a page. In a wallet with a million rows of which few are of
  /// the wanted kind, a page ends here, with fewer items than asked for, and not in a second.
  static let rowsMax: Int64 = 10_000

  /// The wallet's history as it is now, as far as the filter lets through.
  public static func span(
    of wallet: Identifier, _ filter: Filter, in db: any Connection
  ) throws(Refusal) -> Span {
    let newest =
      try db.first("SELECT sequence FROM wallets WHERE id = $1", [.text(wallet.text)]) {
        row throws(Refusal) in try row.integer(0)
      } ?? 0
    var (first, last): (Int64, Int64) = (1, newest)
    if let from = filter.from {
      first = try firstSequence(of: wallet, notBefore: from, upTo: newest, in: db)
    }
    if let to = filter.to {
      last = try firstSequence(of: wallet, notBefore: to, upTo: newest, in: db) - 1
    }
    return Span(wallet: wallet, kind: filter.kind, first: first, last: last)
  }

  /// The newest of a span.
  /// - Parameter limit: how many at most; there may be fewer although it goes on.
  public static func page(
    of span: Span, limit: Int, in db: any Connection
  ) throws(Refusal) -> Page {
    let floor = max(span.first, span.last - rowsMax + 1)
    let found = try db.query(
      """
      SELECT wallet_id, sequence, type, amount, description, reference, invoice_id, counterparty,
        balance_after, created_at
      FROM wallet_transactions
      WHERE wallet_id = $1 AND sequence BETWEEN $2 AND $3 AND type = coalesce($4, type)
      ORDER BY sequence DESC LIMIT $5
      """,
      [
        .text(span.wallet.text), .integer(floor), .integer(span.last),
        .optional(span.kind?.rawValue), .integer(Int64(limit) + 1),
      ]
    ) { row throws(Refusal) in try Transactions.transaction(row, of: span.wallet) }
    let items = Array(found.prefix(limit))
    if found.count > limit { return Page(items: items, next: items.last?.id) }
    let isWhole = floor <= span.first
    return Page(
      items: items, next: isWhole ? nil : TransactionID(wallet: span.wallet, sequence: floor))
  }

  /// The first transaction that is not earlier than this moment, by halving: an index on the time
  /// would cost each credit as much as its fsync.
  /// - Returns: one more than `newest` if there is none.
  private static func firstSequence(
    of wallet: Identifier, notBefore moment: Timestamp, upTo newest: Int64,
    in db: any Connection
  ) throws(Refusal) -> Int64 {
    var (low, high): (Int64, Int64) = (1, newest + 1)
    while low < high {
      let middle = low + (high - low) / 2
      let times = try db.query(
        "SELECT created_at FROM wallet_transactions WHERE wallet_id = $1 AND sequence = $2",
        [.text(wallet.text), .integer(middle)]
      ) { row throws(Refusal) in try row.timestamp(0) }
      guard let time = times.first else {
        throw .broken(evidence: "transaction \(middle) of wallet \(wallet) is missing")
      }
      if time < moment { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
