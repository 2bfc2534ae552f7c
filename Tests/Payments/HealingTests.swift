// A user looks at an open top-up, and finds out what no webhook told.

import Domain
import HTTPClient
import Testing

@testable import Payments

@Suite("A look at a top-up") struct HealingTests {
  private let counter: Counter

  init() throws {
    counter = try Counter()
  }

  @Test("that is open and was paid credits it")
  func paid() throws {
    let topUp = try counter.topUp()
    counter.xendit.pay()
    #expect(try counter.invoicing.heal(topUp).status == .paid)
    #expect(try counter.balance() == 50_000)
  }

  @Test("asks Xendit once in five seconds, however often it is made")
  func throttled() throws {
    let topUp = try counter.topUp()
    counter.xendit.state.withLock { $0.calls = [] }
    for _ in 1...9 { _ = try counter.invoicing.heal(topUp) }
    #expect(counter.xendit.calls.count == 1)
    counter.clock.withLock { $0 += 5000 }
    for _ in 1...9 { _ = try counter.invoicing.heal(topUp) }
    #expect(counter.xendit.calls.count == 2)
  }

  @Test("asks nothing about one that is not open")
  func closed() throws {
    let topUp = try counter.topUp()
    counter.xendit.pay()
    let paid = try counter.invoicing.heal(topUp)
    counter.xendit.state.withLock { $0.calls = [] }
    counter.clock.withLock { $0 += 60_000 }
    #expect(try counter.invoicing.heal(paid) == paid)
    #expect(counter.xendit.calls.isEmpty)
  }

  @Test("shows what is stored when Xendit has no answer")
  func noAnswer() throws {
    let topUp = try counter.topUp()
    counter.xendit.fail(500)
    #expect(try counter.invoicing.heal(topUp) == topUp)
  }

  @Test("adopts the invoice of a lost answer, and makes none")
  func lostAnswer() throws {
    counter.xendit.loseAnswer()
    #expect(throws: Refusal.self) { try counter.topUp(key: "a") }
    let lost = try #require(try counter.find(key: "a"))
    #expect(lost.needsInvoice)
    #expect(try counter.invoicing.heal(lost).invoice != nil)

    counter.xendit.fail(500)
    #expect(throws: Refusal.self) { try counter.topUp(key: "b") }
    let never = try #require(try counter.find(key: "b"))
    #expect(try counter.invoicing.heal(never).invoice == nil)
    #expect(counter.xendit.state.withLock { $0.invoices.count } == 1)
    #expect(try counter.topUp(key: "b").invoice != nil)
  }
}
