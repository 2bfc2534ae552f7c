// What waits, as monitoring is told of it, and that looking costs no more in a long history.

import Domain
import Testing

@testable import Ledger

@Suite("What waits")
struct WaitingTests {
  private let books: Books

  init() throws {
    books = try Books()
  }

  private func waiting() throws -> Waiting {
    let now = books.now
    return try books.database.read { db throws(Refusal) in try Waiting(at: now, in: db) }
  }

  private func expectUncredited(
    _ count: Int64, rupiah: Int64, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let uncredited = try waiting().uncredited
    #expect(uncredited == (count, rupiah), sourceLocation: sourceLocation)
  }

  private func event(_ topUp: TopUp, invoice: String) -> Event {
    Event(
      invoiceID: invoice, reference: topUp.reference.text, status: "PAID", amount: topUp.amount,
      currency: "IDR")
  }

  @Test("is nothing in an empty house, but every age is there")
  func empty() throws {
    let waiting = try waiting()
    #expect(waiting.uncredited == (0, 0) && waiting.uncheckedCredits == 0)
    #expect(waiting.openTopUps.map(\.age) == ["1h", "24h", "48h", "older"])
    #expect(waiting.openTopUps.allSatisfy { $0.count == 0 })
  }

  @Test("is a payment in review or before the provider's word, until an operator has resolved it")
  func uncredited() throws {
    let first = try books.receiveUnknown(rupiah: 500, invoice: "a")
    _ = try books.receiveUnknown(rupiah: 20_000, invoice: "b", status: "SETTLED")
    let topUp = try books.makeTopUp(rupiah: 9000)
    let verdict = try books.receive(
      event(topUp, invoice: "c"), body: "c", confirmAbove: .zero)
    #expect(verdict == .waiting)
    try expectUncredited(3, rupiah: 29_500)
    #expect(try books.resolve(first, as: .dismissed))
    try expectUncredited(2, rupiah: 29_000)
  }

  @Test("is no report of anything but a payment, and no payment that was credited")
  func others() throws {
    for status in ["PENDING", "EXPIRED"] {
      _ = try books.receiveUnknown(rupiah: 700, invoice: status, status: status)
    }
    _ = try books.receive(event(books.makeTopUp(rupiah: 9000), invoice: "x"), body: "x")
    try expectUncredited(0, rupiah: 0)
  }

  @Test("has a sum, whatever amounts were reported")
  func sum() throws {
    let most = 1_000_000_000_000 as Int64
    let reported: [Int64?] = [.max, .max, .min, -5, nil, 40]
    for (index, rupiah) in reported.enumerated() {
      _ = try books.receiveUnknown(rupiah: rupiah, invoice: "inv-\(index)")
    }
    try expectUncredited(6, rupiah: 2 * most + 40)
  }

  @Test("is an open top-up, by its age")
  func open() throws {
    // Looked at after 60 hours: on each bound one, and one right behind it.
    let hour = 3600 as Int64
    for age in [0, hour, hour + 1, 24 * hour, 48 * hour, 48 * hour + 1, 60 * hour].reversed() {
      books.setClock(seconds: 60 * hour - age)
      _ = try books.makeTopUp()
    }
    _ = try books.receive(event(books.makeTopUp(), invoice: "paid"), body: "paid")
    #expect(try waiting().openTopUps.map(\.count) == [2, 2, 1, 2])
  }

  @Test("is a credit on a webhook's word alone, until it was checked")
  func unchecked() throws {
    let topUp = try books.payTopUp(rupiah: 1000, invoice: "a")
    _ = try books.payTopUp(rupiah: 2000, invoice: "b")
    #expect(try waiting().uncheckedCredits == 2)
    let checked = try books.outside(
      "UPDATE wallet_top_ups SET checked_at = 1 WHERE reference = '\(topUp.reference.text)'")
    #expect(checked.status == 0, "\(checked.errors)")
    #expect(try waiting().uncheckedCredits == 1)
  }

  @Test("is counted without reading a table of the ledger from end to end", aboutSQLite)
  func plans() throws {
    let now = books.now
    try books.expectIndexed(statements: 6) { db throws(Refusal) in
      _ = try Waiting(at: now, in: db)
    }
    try books.expectIndexed(statements: 1) { db throws(Refusal) in
      _ = try Reviews.waiting(in: db)
    }
  }
}
