// The figures of dompet status, and that each is served by an index.

import Domain
import Testing

@testable import Ledger

@Suite("The figures")
struct OverviewTests {
  private let books: Books

  init() throws {
    books = try Books()
  }

  private func figures() throws -> Overview {
    let now = books.now
    return try books.database.read { db throws(Refusal) in try Overview.take(at: now, in: db) }
  }

  @Test("of an empty house are nothing")
  func empty() throws {
    let none = Overview.Sum(count: 0, money: .zero)
    let figures = try figures()
    #expect(figures.paidToday == none && figures.transferredToday == none)
    #expect(figures.open == Overview.Open() && figures.inReview == none)
    #expect(figures.awaitingProvider == none && figures.uncheckedCredits == 0)
    #expect(figures.wallets == Overview.Sum(count: 1, money: .zero))
  }

  @Test("count what was paid since midnight, and was asked for yesterday at the earliest")
  func paidToday() throws {
    // The clock begins at 2025-06-15T15:06:40Z.
    _ = try books.payTopUp(rupiah: 1000, invoice: "inv-1")
    let late = try books.makeTopUp(rupiah: 300)
    books.setClock(seconds: 10 * 3600)
    #expect(try figures().paidToday == Overview.Sum(count: 0, money: .zero))
    _ = try books.payTopUp(rupiah: 20_000, invoice: "inv-2")
    let event = Event(
      invoiceID: "inv-3", reference: late.reference.text, status: "PAID", amount: late.amount,
      currency: "IDR")
    #expect(try books.receive(event, body: "late") == .credited)
    #expect(try figures().paidToday == Overview.Sum(count: 2, money: Money(rupiah: 20_300)))
    #expect(try figures().uncheckedCredits == 3)
    #expect(try figures().wallets == Overview.Sum(count: 1, money: Money(rupiah: 21_300)))
  }

  @Test("sort open top-ups by age")
  func open() throws {
    for hours in [0, 30, 53, 54] as [Int64] {
      books.setClock(seconds: hours * 3600)
      _ = try books.makeTopUp(rupiah: 1000 + hours)
    }
    let open = try figures().open
    #expect(open.lastHour == Overview.Sum(count: 1, money: Money(rupiah: 1054)))
    #expect(open.lastDay == Overview.Sum(count: 1, money: Money(rupiah: 1053)))
    #expect(open.older == Overview.Sum(count: 2, money: Money(rupiah: 2030)))
    #expect(open.oldest == Timestamp(microseconds: 1_750_000_000_000_000))
  }

  @Test("count an invoice in review once, and no amount that nobody could have paid")
  func review() throws {
    for (status, rupiah, invoice) in [
      ("PAID", 500, "a"), ("SETTLED", 500, "a"), ("PAID", .max, "b"), ("PAID", -5, "c"),
      ("PENDING", 700, "d"), ("PAID", 40, "e"),
    ] as [(String, Int64, String)] {
      _ = try books.receiveUnknown(rupiah: rupiah, invoice: invoice, status: status)
    }
    #expect(try figures().inReview == Overview.Sum(count: 6, money: Money(rupiah: 540)))
  }

  @Test("count what waits for the provider's word")
  func waiting() throws {
    let topUp = try books.makeTopUp(rupiah: 9000)
    let event = Event(
      invoiceID: "inv-1", reference: topUp.reference.text, status: "PAID", amount: topUp.amount,
      currency: "IDR")
    #expect(try books.receive(event, body: "x", confirmAbove: .zero) == .waiting)
    #expect(try figures().awaitingProvider == Overview.Sum(count: 1, money: Money(rupiah: 9000)))
  }

  @Test("know the newest moment, and that there may be none")
  func newest() throws {
    let newest = { [books] in
      try books.database.read { db throws(Refusal) in try Overview.newestMoment(in: db) }
    }
    #expect(try newest() == books.now)
    books.setClock(seconds: 77)
    _ = try books.makeTopUp()
    #expect(try newest() == books.now)
  }

  @Test("read no table of the ledger from end to end", aboutSQLite)
  func plans() throws {
    let now = books.now
    try books.expectIndexed(statements: 7) { db throws(Refusal) in
      _ = try Overview.take(at: now, in: db)
    }
  }
}
