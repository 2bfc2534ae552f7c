// What a lost disk took comes back from Xendit's list.

import Domain
import Foundation
import Ledger
import Testing

@testable import Payments

@Suite("Rebuilding from Xendit's list") struct RebuildingTests {
  private let counter: Counter

  init() throws {
    counter = try Counter()
  }

  /// A top-up whose row is lost: Xendit has it, the database has not.
  private func lose(_ status: String) throws -> TopUp {
    let topUp = try counter.topUp()
    counter.xendit.edit(["status": "\"\(status)\""])
    try counter.forget(topUp)
    return topUp
  }

  private func rebuild() throws(Refusal) -> Reconciliation.Counts {
    try counter.reconciliation.rebuild(since: Timestamp(microseconds: 0))
  }

  @Test("credits what was paid, and leaves open and ended ones as they are, once")
  func rebuilds() throws {
    let (paid, open, ended) = (try lose("SETTLED"), try lose("PENDING"), try lose("EXPIRED"))
    #expect(try rebuild().rebuilt == 3)
    #expect(try counter.status(paid) == .paid)
    #expect(try counter.status(open) == .pending)
    #expect(try counter.status(ended) == .expired)
    #expect(try counter.balance() == 50_000)
    #expect(try rebuild().rebuilt == 0)
    #expect(try counter.balance() == 50_000)
    #expect(try counter.findings() == [])
  }

  @Test("settles also what is there, and had been missed")
  func known() throws {
    let topUp = try counter.topUp()
    counter.xendit.pay()
    let counts = try rebuild()
    #expect(counts.rebuilt == 0 && counts.settled == 1)
    #expect(try counter.status(topUp) == .paid)
  }

  @Test("keeps the money of an unknown user for an operator; what was not paid is nobody's")
  func unknownUser() throws {
    for status in ["PAID", "PENDING"] {
      _ = try lose(status)
      let stranger = Identifier.make(in: counter.service.world)
      counter.xendit.edit([
        "metadata": #"{"wallet":"\#(stranger)","user":"\#(stranger)","topUp":"\#(stranger)"}"#
      ])
    }
    #expect(try rebuild().rebuilt == 0)
    #expect(try counter.reviews() == [Oddity.unknownReference.rawValue])
  }

  @Test(
    "believes no metadata that contradicts the books",
    arguments: [
      nil, "{}", #"{"wallet":"x","user":"y","topUp":"z"}"#, "7",
      #"{"wallet":"WALLET","user":"USER","topUp":"TAKEN"}"#,
      #"{"wallet":"TAKEN","user":"USER","topUp":"TAKEN"}"#,
    ])
  func metadata(text: String?) throws {
    let other = try counter.topUp()
    _ = try lose("PAID")
    let filled = text?.replacing("WALLET", with: other.walletID.text)
      .replacing("USER", with: other.userID.text).replacing("TAKEN", with: other.id.text)
    counter.xendit.edit(["metadata": filled ?? "null"])
    #expect(try rebuild().rebuilt == 0)
    #expect(try counter.balance() == 0)
    #expect(try counter.reviews() == [Oddity.unknownReference.rawValue])
  }

  @Test("passes over other businesses' invoices, and keeps one of ours that cannot be read")
  func others() throws {
    counter.xendit.add(reference: "some-shop-1", status: "PAID", amount: "12.50")
    _ = try lose("PAID")
    counter.xendit.edit(["amount": "0.5"])
    let counts = try rebuild()
    #expect(counts.rebuilt == 0 && counts.asked == 0)
    #expect(try counter.reviews() == [Oddity.unreadable.rawValue])
  }

  @Test("goes through many pages, and where it was broken off it goes on")
  func pages() throws {
    for _ in 1...120 { _ = try lose("PENDING") }
    counter.clock.withLock { $0 += 7_200_000 }
    counter.xendit.succeed(times: 1)
    counter.xendit.fail(500, times: 3)
    #expect(throws: Refusal.self) { try rebuild() }
    counter.xendit.state.withLock { $0.calls = [] }
    #expect(try rebuild().rebuilt == 70)
    // Nothing new, then two pages and the end of the list.
    #expect(counter.xendit.calls.count == 4)
    #expect(try rebuild().rebuilt == 0)
  }

  @Test("that goes on also makes what was made, and lost, since it was broken off")
  func lostMeanwhile() throws {
    for _ in 1...60 { _ = try lose("PENDING") }
    counter.clock.withLock { $0 += 7_200_000 }
    counter.xendit.succeed(times: 1)
    counter.xendit.fail(500, times: 3)
    #expect(throws: Refusal.self) { try rebuild() }
    counter.xendit.state.withLock { $0.now = "2025-06-15T17:30:00.000Z" }
    let lost = try lose("PAID")
    #expect(try rebuild().rebuilt == 11)
    #expect(try counter.status(lost) == .paid)
  }

  @Test("is broken off by a list that does not move on")
  func circle() throws {
    _ = try lose("PENDING")
    counter.xendit.state.withLock { $0.isCircular = true }
    #expect(throws: Refusal.self) { try rebuild() }
  }
}
