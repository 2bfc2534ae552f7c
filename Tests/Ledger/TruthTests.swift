// The ledger held against what the provider says: off is what nobody here knows of.

import Domain
import Support
import Testing

@testable import Ledger

@Suite("The provider's truth")
struct TruthTests {
  @Test("agrees with what was credited, paid or settled by now")
  func agreed() throws {
    let books = try Books()
    let topUps = try ["inv-1", "inv-2"].map { try books.payTopUp(rupiah: 10_000, invoice: $0) }
    let result = try compare(
      books, [report("inv-1", topUps[0], "PAID"), report("inv-2", topUps[1], "SETTLED")])
    #expect(result.findings == [])
    #expect(result.counts == TruthCounts(paid: 2, credited: 2, known: 0))
  }

  @Test("shows a payment that was not credited")
  func uncredited() throws {
    let books = try Books()
    let topUp = try books.makeTopUp(rupiah: 10_000)
    let findings = try compare(books, [report("inv-1", topUp, "PAID")]).findings
    let said = "10000 IDR, \(topUp.reference.text)"
    #expect(findings == ["invoice inv-1: was paid (\(said)), and neither credited nor known of"])
  }

  @Test(
    "shows a credit that was not paid, whatever else the invoice is",
    arguments: [
      "PENDING", "EXPIRED", nil,
    ])
  func unpaid(status: String?) throws {
    let books = try Books()
    let topUp = try books.payTopUp(rupiah: 10_000, invoice: "inv-1")
    let findings = try compare(books, status.map { [report("inv-1", topUp, $0)] } ?? []).findings
    let place = "wallet \(books.walletID), transaction 1"
    #expect(
      findings == ["\(place): credits 10000 IDR for invoice inv-1, which was not paid"])
  }

  @Test("shows a credit of another amount, or for another top-up")
  func paidOtherwise() throws {
    let books = try Books()
    let topUp = try books.payTopUp(rupiah: 10_000, invoice: "inv-1")
    let other = try books.makeTopUp(rupiah: 10_000)
    for truth in [report("inv-1", topUp, "PAID", rupiah: 9000), report("inv-1", other, "PAID")] {
      let findings = try compare(books, [truth]).findings
      #expect(findings.count == 1 && findings[0].contains("which was paid as "), "\(findings)")
    }
  }

  @Test("does not hold against the ledger what waits for an operator, or was dismissed")
  func reviewed() throws {
    let books = try Books()
    let event = try books.receiveUnknown(rupiah: 500, invoice: "inv-1")
    let truth = Event(
      invoiceID: "inv-1", reference: "WTU-20200101-0000000000000000", status: "PAID",
      amount: Money(rupiah: 500), currency: "IDR")
    for _ in 1...2 {
      let result = try compare(books, [truth])
      #expect(result.findings == [])
      #expect(result.counts == TruthCounts(paid: 1, credited: 0, known: 1))
      _ = try books.resolve(event, as: .dismissed)
    }
  }

  @Test("does not hold against the ledger what waits until the provider has been asked")
  func waiting() throws {
    let books = try Books()
    let truth = report("inv-1", try books.makeTopUp(rupiah: 10_000), "PAID")
    let received = ReceivedEvent(body: [1], webhookID: nil, event: truth)
    let verdict = try books.write { db, now throws(Refusal) in
      try Settlement.receive(received, confirmAbove: .zero, at: now, in: db)
    }
    #expect(verdict == .waiting)
    #expect(try compare(books, [truth]).counts == TruthCounts(paid: 1, credited: 0, known: 1))
  }

  @Test("agrees with what an operator credited")
  func creditedByOperator() throws {
    let books = try Books()
    let event = try books.receiveUnknown(rupiah: 500, invoice: "inv-1")
    _ = try books.resolve(event, as: .credited(to: books.walletID))
    #expect(try compare(books, []).findings.count == 1)
    let truth = Event(
      invoiceID: "inv-1", reference: "WTU-20200101-0000000000000000", status: "PAID",
      amount: Money(rupiah: 500), currency: nil)
    #expect(try compare(books, [truth]).counts.credited == 1)
  }

  @Test("takes an event that says something else than paid for no account of a payment")
  func otherEvent() throws {
    let books = try Books()
    _ = try books.receiveUnknown(rupiah: 500, invoice: "inv-1", status: "EXPIRED")
    let truth = Event(
      invoiceID: "inv-1", reference: "WTU-20200101-0000000000000000", status: "PAID",
      amount: Money(rupiah: 500), currency: nil)
    #expect(try compare(books, [truth]).findings.count == 1)
  }

  @Test("does not hold an unpaid credit against the ledger that waits for an operator")
  func doubted() throws {
    let books = try Books()
    let topUp = try books.payTopUp(rupiah: 10_000, invoice: "inv-1")
    let pending = report("inv-1", topUp, "PENDING")
    let doubt = ReceivedEvent(body: [1], webhookID: nil, event: pending)
    let moment = books.now
    try books.database.write { db throws(Refusal) in
      try Events.store(doubt, .review(.creditedUnpaid), at: moment, in: db)
    }
    let result = try compare(books, [pending])
    #expect(result.findings == [])
    #expect(result.counts == TruthCounts(paid: 0, credited: 0, known: 1))
  }

  @Test("does not hold an unpaid credit against the ledger that was reversed")
  func reversed() throws {
    let books = try Books()
    _ = try books.payTopUp(rupiah: 10_000, invoice: "inv-1")
    #expect(try compare(books, []).findings.count == 1)
    _ = try books.reverse(1)
    let result = try compare(books, [])
    #expect(result.findings == [])
    #expect(result.counts.known == 1)
  }

  @Test("leaves out invoices of other businesses on the account")
  func foreign() throws {
    let theirs = Event(
      invoiceID: "inv-1", reference: "order-7", status: "PAID", amount: Money(rupiah: 1),
      currency: "IDR")
    let result = try compare(Books(), [theirs])
    #expect(result.findings == [] && result.counts.paid == 0)
  }

  @Test("shows a top-up that could be paid twice")
  func live() throws {
    let books = try Books()
    let topUp = try books.makeTopUp()
    let truth = [
      report("inv-1", topUp, "PENDING"), report("inv-2", topUp, "EXPIRED"),
      report("inv-3", topUp, "PENDING"),
    ]
    let place = "top-up \(topUp.reference.text)"
    #expect(
      try compare(books, truth).findings == ["\(place): can be paid by 2 invoices: inv-1, inv-3"])
    #expect(try compare(books, Array(truth.dropLast())).findings == [])
  }

  private func report(
    _ invoice: String, _ topUp: TopUp, _ status: String, rupiah: Int64? = nil
  ) -> Event {
    Event(
      invoiceID: invoice, reference: topUp.reference.text, status: status,
      amount: rupiah.map { Money(rupiah: $0) } ?? topUp.amount, currency: "IDR")
  }

  private func compare(
    _ books: Books, _ truth: [Event]
  ) throws -> (findings: [String], counts: TruthCounts) {
    var findings: [String] = []
    var audit = Audit(report: { findings.append("\($0)") })
    try books.database.read { db throws(Refusal) in try audit.compare(with: truth, in: db) }
    return (findings, audit.counts.truth)
  }
}
