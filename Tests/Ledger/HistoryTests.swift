// A wallet's history: pages, ranges of times, and a bound on what is looked at.

import Domain
import Support
import Testing

@testable import Ledger

@Suite("A history")
struct HistoryTests {
  private let books: Books

  init() throws {
    books = try Books()
  }

  @Test("is read newest first, page after page, and rows that arrive do not shift it")
  func pages() throws {
    for rupiah in 1...7 { try books.adjust(rupiah: Int64(rupiah)) }
    var span = try span(.init())
    var seen: [Int64] = []
    while true {
      let page = try page(of: span, limit: 3)
      seen += page.items.map(\.posting.amount.rupiah)
      guard let next = page.next else { break }
      try books.adjust(rupiah: 100)
      span = span.before(next)
    }
    #expect(seen == [7, 6, 5, 4, 3, 2, 1])
  }

  @Test("of an empty wallet is empty, whatever is asked")
  func empty() throws {
    for filter in [History.Filter(), .init(from: at(0), to: at(9)), .init(kind: .topUp)] {
      let page = try page(of: try span(filter), limit: 5)
      #expect(page.items.isEmpty && page.next == nil)
    }
  }

  @Test(
    "is cut to a range of times: from inclusive, to exclusive",
    arguments: [
      (nil, nil, 1...8), (0, nil, 1...8), (1, nil, 4...8), (nil, 1, 1...3), (1, 2, 4...5),
      (2, 3, nil), (3, 4, 6...7), (4, 5, 8...8), (5, nil, nil), (nil, 0, nil), (2, 2, nil),
      (4, 1, nil), (-9, 99, 1...8), (nil, .max, 1...8), (.min, nil, 1...8),
    ] as [(Int64?, Int64?, ClosedRange<Int64>?)])
  func range(from: Int64?, to: Int64?, expected: ClosedRange<Int64>?) throws {
    for second: Int64 in [0, 0, 0, 1, 1, 3, 3, 4] {
      books.setClock(seconds: second)
      try books.adjust(rupiah: 1)
    }
    let filter = History.Filter(from: from.map(at), to: to.map(at))
    let page = try page(of: try span(filter), limit: 100)
    #expect(page.items.map(\.id.sequence) == (expected.map { $0.reversed() } ?? []))
    #expect(page.next == nil)
  }

  @Test("holds only the wanted kind, and ends a page after looking at so many rows", aboutSQLite)
  func kind() throws {
    try books.fill(rows: 25_000) { $0 % 10_000 == 0 ? "ADJUSTMENT" : "TOP_UP" }
    var span = try span(.init(kind: .adjustment))
    var found: [[Int64]] = []
    while true {
      let page = try page(of: span, limit: 20)
      found.append(page.items.map(\.id.sequence))
      guard let next = page.next else { break }
      span = span.before(next)
    }
    #expect(found == [[20_000], [10_000], []])
    let all = try page(of: try self.span(.init(kind: .topUp)), limit: 20)
    #expect(all.items.count == 20 && all.next?.sequence == 24_981)
  }

  private func at(_ seconds: Int64) -> Timestamp {
    switch seconds {
    case .max, .min: Timestamp(microseconds: seconds)
    default: Timestamp(microseconds: 1_750_000_000_000_000).adding(seconds: seconds)
    }
  }

  private func span(_ filter: History.Filter) throws -> History.Span {
    let wallet = books.walletID
    return try books.database.read { db throws(Refusal) in
      try History.span(of: wallet, filter, in: db)
    }
  }

  private func page(of span: History.Span, limit: Int) throws -> History.Page {
    try books.database.read { db throws(Refusal) in
      try History.page(of: span, limit: limit, in: db)
    }
  }
}

extension Books {
  /// Fills the wallet behind the ledger's back, a second between two rows.
  fileprivate func fill(rows: Int, _ type: (Int) -> String) throws {
    let values = (1...rows).map { number in
      let kind = type(number)
      let invoice = kind == "TOP_UP" ? "'inv-\(number)'" : "NULL"
      return "('\(walletID)', \(number), '\(kind)', 1, \(number), 'x', NULL, \(invoice), 'x', "
        + "\(1_750_000_000_000_000 + number * 1_000_000), zeroblob(32))"
    }
    try tamper("SELECT 1")
    for start in stride(from: 0, to: rows, by: 500) {
      let result = try outside(
        "INSERT INTO wallet_transactions VALUES "
          + values[start...].prefix(500).joined(separator: ","))
      guard result.status == 0 else { throw Refusal.broken(evidence: result.errors) }
    }
    _ = try outside("UPDATE wallets SET sequence = \(rows), balance = \(rows)")
  }
}
