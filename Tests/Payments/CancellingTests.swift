// A user does not want a top-up any more.

import Domain
import Service
import Testing

@testable import Payments

@Suite("Cancelling a top-up") struct CancellingTests {
  private let counter: Counter

  init() throws {
    counter = try Counter()
  }

  private func cancel(_ topUp: TopUp) throws(Refusal) -> TopUp {
    try counter.invoicing.cancel(
      topUp, by: Deadline(milliseconds: 11_000, in: counter.service.world))
  }

  private func statuses() -> [String] {
    counter.xendit.state.withLock { $0.invoices.compactMap { $0["status"] } }
  }

  @Test("ends its invoice at Xendit, then itself")
  func ends() throws {
    #expect(try cancel(counter.topUp()).status == .expired)
    #expect(statuses() == [#""EXPIRED""#])
  }

  @Test("that turns out to be paid credits it instead")
  func paid() throws {
    let topUp = try counter.topUp()
    counter.xendit.pay()
    #expect(throws: Refusal.self) { try cancel(topUp) }
    #expect(try counter.status(topUp) == .paid)
    #expect(try counter.balance() == 50_000)
  }

  @Test("that is paid between the look and the end credits it too")
  func paidMeanwhile() throws {
    let topUp = try counter.topUp()
    counter.xendit.succeed(times: 1)
    counter.xendit.fail(404)
    counter.xendit.payAfterNextCall()
    #expect(throws: Refusal.self) { try cancel(topUp) }
    #expect(try counter.balance() == 50_000)
  }

  @Test("that is not open is a conflict", arguments: ["PAID", "EXPIRED"])
  func closed(status: String) throws {
    let topUp = try counter.topUp()
    counter.xendit.edit(["status": "\"\(status)\""])
    _ = try? cancel(topUp)
    let stored = try #require(try counter.find(topUp))
    #expect(stored.status.rawValue == status)
    do throws(Refusal) {
      _ = try cancel(stored)
      Issue.record("it was cancelled")
    } catch {
      guard case .conflict = error else { throw error }
    }
  }

  @Test("leaves it open when Xendit has no answer")
  func unknown() throws {
    let topUp = try counter.topUp()
    counter.xendit.succeed(times: 1)
    counter.xendit.fail(500)
    #expect(throws: Refusal.self) { try cancel(topUp) }
    #expect(try counter.status(topUp) == .pending)
    #expect(try cancel(topUp).status == .expired)
  }

  @Test("whose invoice never appeared is ended here; one that appears later is ended too")
  func neverAppeared() throws {
    counter.xendit.fail(500)
    #expect(throws: Refusal.self) { try counter.topUp(key: "a") }
    let topUp = try #require(try counter.find(key: "a"))
    #expect(try cancel(topUp).status == .expired)
    counter.xendit.add(reference: topUp.reference.text, amount: "50000")
    _ = try counter.reconciliation.pass()
    #expect(statuses() == [#""EXPIRED""#])
    #expect(try counter.status(topUp) == .expired)
  }

  @Test("while its invoice is being made is refused")
  func leased() throws {
    counter.xendit.fail(500)
    #expect(throws: Refusal.self) { try counter.topUp(key: "a") }
    let topUp = try #require(try counter.find(key: "a"))
    _ = try counter.invoicing.lease(topUp)
    #expect(throws: Refusal.requestInProgress) { try cancel(topUp) }
  }
}
