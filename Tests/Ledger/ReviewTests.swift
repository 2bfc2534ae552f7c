// What waits for an operator, and how it is resolved: once, with a name and a reason.

import Domain
import Support
import Testing

@testable import Ledger

@Suite("An event in review")
struct ReviewTests {
  @Test("is listed with its evidence, the oldest first")
  func list() throws {
    let books = try Books()
    let first = try books.receiveUnknown(rupiah: 500, invoice: "inv-1")
    _ = try books.receive(nil, body: "{")
    var found: [Review] = []
    try books.database.read { db throws(Refusal) in
      try Reviews.list(in: db) { found.append($0) }
    }
    try #require(found.count == 2)
    #expect(found[0].id == first && found[0].receivedAt == books.now)
    #expect(found[0].invoiceID == "inv-1" && found[0].status == "PAID")
    #expect(found[0].amount == Money(rupiah: 500) && found[0].currency == "IDR")
    #expect(found[0].reason == Oddity.unknownReference.rawValue)
    #expect(found[1].body == Array("{".utf8) && found[1].amount == nil)
  }

  @Test("is credited as a TOP_UP of its invoice and amount, in the operator's name", aboutSQLite)
  func credit() throws {
    let books = try Books()
    let event = try books.receiveUnknown(rupiah: 500)
    #expect(try books.resolve(event, as: .credited(to: books.walletID)))
    let row = try books.outside(
      "SELECT type, amount, invoice_id, counterparty FROM wallet_transactions")
    #expect(row.output == "TOP_UP|500|inv-u|xendit operator:ana\n")
    let kept = try books.outside(
      """
      SELECT state, resolution, resolved_by, resolved_at = \(books.now.microseconds),
        resolution_reason, reason FROM webhook_events
      """)
    let reason = "the payer called|\(Oddity.unknownReference.rawValue)"
    #expect(kept.output == "resolved|credited|ana|1|\(reason)\n")
    #expect(try books.findings() == [])
  }

  @Test("is dismissed without moving money")
  func dismiss() throws {
    let books = try Books()
    let event = try books.receiveUnknown()
    #expect(try books.resolve(event, as: .dismissed))
    #expect(try books.balance() == 0)
    #expect(try books.findings() == [])
  }

  @Test("is resolved once: the same again changes nothing, another resolution is refused")
  func again() throws {
    let books = try Books()
    let credited = Resolution.credited(to: books.walletID)
    let (first, second) = (try books.receiveUnknown(), try books.receiveUnknown(invoice: "inv-v"))
    _ = try books.resolve(first, as: credited)
    _ = try books.resolve(second, as: .dismissed)
    let before = try books.contents()
    #expect(try !books.resolve(first, as: credited, by: "budi"))
    #expect(try !books.resolve(second, as: .dismissed))
    #expect(throws: Refusal.self) { try books.resolve(first, as: .dismissed) }
    #expect(throws: Refusal.self) { try books.resolve(first, as: .credited(to: books.user.id)) }
    #expect(throws: Refusal.self) { try books.resolve(second, as: credited) }
    #expect(try books.contents() == before)
  }

  @Test("is credited once when 32 resolve it at once")
  func concurrency() async throws {
    let books = try Books()
    let event = try books.receiveUnknown()
    let done = Shared(0)
    inThreads(32) { _ in
      if (try? books.resolve(event, as: .credited(to: books.walletID))) == true {
        done.withLock { $0 += 1 }
      }
    }
    #expect(done.withLock { $0 } == 1)
    #expect(try books.balance() == 500)
    #expect(try books.findings() == [])
  }

  @Test("is not credited unless it is a payment in whole rupiah", arguments: notPayments)
  func notPayment(rupiah: Int64?, status: String, currency: String?) throws {
    let books = try Books()
    let event = try books.receiveUnknown(rupiah: rupiah, status: status, currency: currency)
    let before = try books.contents()
    #expect(throws: Refusal.self) {
      try books.resolve(event, as: .credited(to: books.walletID))
    }
    #expect(try books.contents() == before)
    #expect(try books.resolve(event, as: .dismissed))
  }

  @Test("is not credited to a wallet that does not exist, nor if it is not there itself")
  func missing() throws {
    let books = try Books()
    let event = try books.receiveUnknown()
    #expect(throws: Refusal.self) { try books.resolve(event, as: .credited(to: books.user.id)) }
    #expect(throws: Refusal.notFound) { try books.resolve(event + 1, as: .dismissed) }
    #expect(try books.resolve(event, as: .credited(to: books.walletID)))
  }

  @Test("is not credited if its invoice has been credited meanwhile")
  func creditedMeanwhile() throws {
    let books = try Books()
    let event = try books.receiveUnknown(invoice: "inv-1")
    _ = try books.payTopUp(rupiah: 50_000, invoice: "inv-1")
    #expect(throws: Refusal.self) {
      try books.resolve(event, as: .credited(to: books.walletID))
    }
    #expect(try books.balance() == 50_000)
  }

  @Test("changes nothing when it comes again after it was resolved, in other words too")
  func comesAgain() throws {
    let books = try Books()
    let topUp = try books.makeTopUp(rupiah: 50_000)
    let paid = { (status: String) in
      Event(
        invoiceID: "inv-1", reference: topUp.reference.text, status: status,
        amount: Money(rupiah: 49_999), currency: "IDR")
    }
    #expect(try books.receive(paid("PAID"), body: "a") == .review(.amountDiffers))
    #expect(try books.resolve(1, as: .credited(to: books.walletID)))
    let before = try books.contents()
    #expect(try books.receive(paid("PAID"), body: "a") == .unchanged)
    #expect(try books.contents() == before)
    #expect(try books.receive(paid("SETTLED"), body: "b") == .unchanged)
    #expect(try books.balance() == 49_999)
    #expect(try books.findings() == [])
  }

  @Test("is settled no more once it was dismissed, even if its top-up has come")
  func dismissedIsFinal() throws {
    let books = try Books()
    _ = try books.receive(nil, body: "a")
    #expect(try books.resolve(1, as: .dismissed))
    let topUp = try books.makeTopUp(rupiah: 50_000)
    let event = Event(
      invoiceID: "inv-1", reference: topUp.reference.text, status: "PAID", amount: topUp.amount,
      currency: "IDR")
    #expect(try books.receive(event, body: "a") == .unchanged)
    #expect(try books.balance() == 0)
  }

  @Test("is not credited by hand where it settles an open top-up when it comes again")
  func settlesByItself() throws {
    let books = try Books()
    let topUp = try books.makeTopUp(rupiah: 50_000)
    let event = Event(
      invoiceID: "inv-1", reference: topUp.reference.text, status: "PAID", amount: topUp.amount,
      currency: "IDR")
    let received = ReceivedEvent(body: [1], webhookID: nil, event: event)
    let moment = books.now
    try books.database.write { db throws(Refusal) in
      try Events.store(received, .review(.judgementFailed), at: moment, in: db)
    }
    #expect(throws: Refusal.self) { try books.resolve(1, as: .credited(to: books.walletID)) }
    #expect(try books.receive(event, body: "\u{1}") == .credited)
    #expect(try books.find(topUp)?.status == .paid)
    #expect(try books.findings() == [])
  }

  @Test("that is a second payment is credited beside the first")
  func secondPayment() throws {
    let books = try Books()
    let topUp = try books.payTopUp(rupiah: 50_000, invoice: "inv-1")
    let event = Event(
      invoiceID: "inv-2", reference: topUp.reference.text, status: "PAID", amount: topUp.amount,
      currency: "IDR")
    #expect(try books.receive(event, body: "a") == .review(.secondPayment))
    #expect(try books.resolve(1, as: .credited(to: books.walletID)))
    #expect(try books.balance() == 100_000)
    #expect(try books.findings() == [])
  }
}

private let notPayments: [(Int64?, String, String?)] = [
  (nil, "PAID", "IDR"), (0, "PAID", "IDR"), (-5, "PAID", "IDR"), (500, "PENDING", "IDR"),
  (500, "EXPIRED", "IDR"), (500, "PAID", "USD"), (500, "PAID", ""),
]
