// A pass: that it asks enough, not too much, and again where it got no answer.

import Domain
import Ledger
import Testing

@testable import Payments

@Suite("A pass of reconciliation") struct ReconciliationTests {
  private let counter: Counter

  init() throws {
    counter = try Counter()
  }

  @Test("credits what was paid although each question fails the first time")
  func asksAgain() throws {
    for _ in 1...3 {
      _ = try counter.topUp()
      counter.xendit.pay()
    }
    counter.xendit.fail(500, times: 3)
    let counts = try counter.reconciliation.pass()
    #expect(counts.settled == 3)
    #expect(counts.unknown == 0)
    #expect(try counter.balance() == 150_000)
  }

  @Test("waits as long as a 429 says, and goes on")
  func limited() throws {
    _ = try counter.topUp()
    counter.xendit.pay()
    counter.xendit.fail(429, headers: [("retry-after", "7")])
    let counts = try counter.reconciliation.pass()
    #expect(counts.settled == 1)
    #expect(counter.waits.withLock { $0.reduce(0, +) >= 7000 })
  }

  @Test("leaves the last ten requests that Xendit allows to users who wait")
  func pace() throws {
    for _ in 1...2 { _ = try counter.topUp() }
    counter.xendit.state.withLock {
      $0.headers = [("rate-limit-remaining", "9"), ("rate-limit-reset", "12.5")]
    }
    let counts = try counter.reconciliation.pass()
    #expect(counts.asked == 2)
    #expect(counter.waits.withLock { $0 } == [13_000])
  }

  @Test("is broken off when Xendit answers nothing, and the next one goes on")
  func brokenOff() throws {
    for _ in 1...9 {
      _ = try counter.topUp()
      counter.xendit.pay()
    }
    counter.xendit.state.withLock { $0.calls = [] }
    counter.xendit.fail(500, times: 6)
    #expect(throws: Refusal.self) { try counter.reconciliation.pass() }
    #expect(counter.xendit.calls.count == 6)
    #expect(try counter.reconciliation.pass().settled == 9)
    #expect(try counter.balance() == 450_000)
  }

  @Test("that goes on does not ask again about what the one before had answers for")
  func resumed() throws {
    for _ in 1...8 { _ = try counter.topUp() }
    counter.xendit.succeed(times: 2)
    counter.xendit.fail(500, times: 6)
    #expect(throws: Refusal.self) { try counter.reconciliation.pass() }
    #expect(try counter.reconciliation.pass().asked == 6)
    counter.clock.withLock { $0 += 1 }
    #expect(try counter.reconciliation.pass().asked == 8)
  }

  @Test("asks about each credit of a webhook once, and not about what Xendit itself has told")
  func checksOnce() throws {
    _ = try counter.topUp()
    counter.xendit.pay()
    #expect(try counter.reconciliation.pass().checked == 0)
    let topUp = try counter.topUp()
    counter.xendit.pay()
    try receivePaid(topUp)
    #expect(try counter.reconciliation.pass().checked == 1)
    #expect(try counter.reconciliation.pass().checked == 0)
    #expect(try counter.balance() == 100_000)
  }

  @Test("puts a credit before an operator that Xendit says is not paid, or over another amount")
  func checksOdd() throws {
    let unpaid = try counter.topUp()
    try receivePaid(unpaid)
    let other = try counter.topUp()
    try receivePaid(other)
    counter.xendit.edit(["status": #""PAID""#, "paid_amount": "1"])
    let counts = try counter.reconciliation.pass()
    #expect(counts.checked == 2 && counts.unpaid == 2)
    #expect(try counter.reviews() == Array(repeating: Oddity.creditedUnpaid.rawValue, count: 2))
    #expect(try counter.findings() == [])
  }

  @Test("goes past a credit that Xendit has no answer for")
  func poison() throws {
    for _ in 1...3 {
      let topUp = try counter.topUp()
      counter.xendit.pay()
      try receivePaid(topUp)
    }
    counter.xendit.fail(500)
    #expect(try counter.reconciliation.passOverDue().checked == 2)
    #expect(try counter.reconciliation.passOverDue().checked == 1)
  }

  /// As a webhook brings it.
  private func receivePaid(_ topUp: TopUp) throws {
    try counter.receive(
      Event(
        invoiceID: topUp.invoice?.id ?? "", reference: topUp.reference.text, status: "PAID",
        amount: topUp.amount, currency: "IDR"))
  }
}
