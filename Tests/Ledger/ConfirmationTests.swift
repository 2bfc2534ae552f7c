// Payments that come late, and reports that are not believed before the provider has been asked.

import Domain
import Storage
import Testing

@testable import Ledger

@Suite("A payment") struct ConfirmationTests {
  private let books: Books

  init() throws {
    books = try Books()
  }

  @Test(
    "is marked late if its top-up had ended, else not",
    arguments: [
      ("PENDING", "0|Top-up"), ("EXPIRED", "1|late"), ("FAILED", "1|late"),
    ])
  func late(status: String, mark: String) throws {
    let topUp = try books.makeTopUp()
    if status != "PENDING" { _ = try receive("INV", status, topUp) }
    #expect(try receive("INV", "PAID", topUp) == .credited)
    try expectMark(mark)
  }

  @Test(
    "is marked late if it was made after the invoice's last moment",
    arguments: [
      (Int64(99), "0|Top-up"), (100, "0|Top-up"), (101, "1|late"),
    ])
  func afterTheEnd(seconds: Int64, mark: String) throws {
    let topUp = try books.makeTopUp()
    let end = books.now.adding(seconds: 100)
    try books.write { db, now throws(Refusal) in
      let link = InvoiceLink(id: "INV", url: "https://pay.example", expiresAt: end)
      try TopUps.attach(link, to: topUp.id, at: now, in: db)
    }
    let paidAt = books.now.adding(seconds: seconds)
    #expect(try receive("INV", "PAID", topUp, paidAt: paidAt) == .credited)
    try expectMark(mark)
  }

  @Test("above the limit waits; the provider's word then credits it and settles the event")
  func confirmed() throws {
    let topUp = try books.makeTopUp(rupiah: 50_001)
    let limit = Money(rupiah: 50_000)
    #expect(try receive("INV", "PAID", topUp, confirmAbove: limit) == .waiting)
    #expect(try receive("INV", "PAID", topUp, confirmAbove: limit) == .waiting)
    #expect(try books.balance() == 0)
    #expect(try books.find(topUp)?.status == .pending)
    let event = try #require(try waiting().first)
    #expect(try receive("INV", "SETTLED", topUp) == .credited)
    #expect(try books.write { db, _ throws(Refusal) in try Events.confirm(event, in: db) })
    #expect(try waiting().isEmpty)
    #expect(try books.balance() == 50_001)
    #expect(try books.findings().isEmpty)
  }

  @Test("up to the limit is credited at once")
  func upToTheLimit() throws {
    let topUp = try books.makeTopUp(rupiah: 50_000)
    let limit = Money(rupiah: 50_000)
    #expect(try receive("INV", "PAID", topUp, confirmAbove: limit) == .credited)
  }

  @Test("that the provider does not confirm comes before an operator, who cannot credit it yet")
  func denied() throws {
    let topUp = try books.makeTopUp()
    #expect(try receive("INV", "PAID", topUp, confirmAbove: .zero) == .waiting)
    let event = try #require(try waiting().first)
    #expect(throws: Refusal.self) { try books.resolve(event.id, as: .dismissed) }
    #expect(try !books.write { db, _ throws(Refusal) in try Events.confirm(event, in: db) })
    #expect(try books.balance() == 0)
    #expect(
      try books.outside("SELECT state, reason FROM webhook_events").output
        == "review|\(Oddity.notConfirmed.rawValue)\n")
    #expect(try books.resolve(event.id, as: .dismissed))
  }

  @Test("that is odd goes to review at once, however large")
  func odd() throws {
    let topUp = try books.makeTopUp()
    let event = Event(
      invoiceID: "INV", reference: topUp.reference.text, status: "PAID",
      amount: Money(rupiah: 1), currency: "IDR")
    #expect(try books.receive(event, body: "x", confirmAbove: .zero) == .review(.amountDiffers))
  }

  private func receive(
    _ invoice: String, _ status: String, _ topUp: TopUp, paidAt: Timestamp? = nil,
    confirmAbove: Money? = nil
  ) throws(Refusal) -> Verdict {
    let event = Event(
      invoiceID: invoice, reference: topUp.reference.text, status: status, amount: topUp.amount,
      currency: "IDR", paidAt: paidAt)
    return try books.receive(event, body: status, confirmAbove: confirmAbove)
  }

  private func waiting() throws(Refusal) -> [WaitingEvent] {
    try books.database.read { db throws(Refusal) in try Events.waiting(after: nil, in: db) }
  }

  /// - Parameter mark: the row's mark, and a word of the transaction's description.
  private func expectMark(
    _ mark: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let words = mark.split(separator: "|")
    let rows = try books.outside(
      """
      SELECT paid_late, description FROM wallet_top_ups JOIN wallet_transactions USING (reference)
      """
    ).output
    #expect(rows.hasPrefix("\(words[0])|"), sourceLocation: sourceLocation)
    #expect(rows.contains(words[1]), sourceLocation: sourceLocation)
    #expect(rows.contains("late") == (words[1] == "late"), sourceLocation: sourceLocation)
  }
}
