// The bulkhead and the breaker, on a clock that the tests move.

import Domain
import Foundation
import Support
import Synchronization
import Testing
import Xendit
import XenditAPI

@Suite struct GateTests {
  @Test("five failures in a row close the gate, and nothing is called any more")
  func closes() {
    let gate = makeGate()
    for _ in 0..<5 { #expect(call(gate, at: 0, .unknown(evidence: "")) == .failed) }
    for now: Int64 in [0, 1, 4999] { #expect(call(gate, at: now, nil) == .notCalled) }
  }

  @Test("a failure to send counts as well")
  func unavailable() {
    let gate = makeGate()
    for _ in 0..<5 { _ = call(gate, at: 0, .unavailable(evidence: "")) }
    #expect(call(gate, at: 0, nil) == .notCalled)
  }

  @Test("every answer in between begins the row anew, a refusal too")
  func interrupted() {
    let answers: [XenditFailure?] = [
      nil, .refused(evidence: ""), .misconfigured(evidence: ""), .limited(retryAfterSeconds: 0),
    ]
    for answer in answers {
      let gate = makeGate()
      for _ in 0..<4 { _ = call(gate, at: 0, .unknown(evidence: "")) }
      _ = call(gate, at: 0, answer)
      for _ in 0..<4 { _ = call(gate, at: 0, .unknown(evidence: "")) }
      #expect(call(gate, at: 0, nil) == .succeeded)
    }
  }

  @Test("one probe each five seconds; the first success opens the gate")
  func probes() {
    let gate = makeGate()
    for _ in 0..<5 { _ = call(gate, at: 1000, .unknown(evidence: "")) }
    #expect(call(gate, at: 5999, nil) == .notCalled)
    #expect(call(gate, at: 6000, .unknown(evidence: "")) == .failed)
    #expect(call(gate, at: 10_999, nil) == .notCalled)
    #expect(call(gate, at: 11_000, nil) == .succeeded)
    for _ in 0..<4 { #expect(call(gate, at: 11_000, .unknown(evidence: "")) == .failed) }
    #expect(call(gate, at: 11_000, nil) == .succeeded)
  }

  @Test("the five seconds begin when a call has failed, however long it took")
  func slowFailure() {
    let gate = makeGate()
    for _ in 0..<4 { _ = call(gate, at: 0, .unknown(evidence: "")) }
    try? gate.call { () throws(XenditFailure) in
      clock.milliseconds.store(15_000, ordering: .relaxed)
      throw .unknown(evidence: "")
    }
    #expect(call(gate, at: 19_999, nil) == .notCalled)
    #expect(call(gate, at: 20_000, nil) == .succeeded)
  }

  @Test("while a probe runs, nobody else gets through")
  func oneProbe() throws {
    let gate = makeGate()
    for _ in 0..<5 { _ = call(gate, at: 0, .unknown(evidence: "")) }
    clock.milliseconds.store(5000, ordering: .relaxed)
    try gate.call { () throws(XenditFailure) in
      for now: Int64 in [5000, 9999] { #expect(call(gate, at: now, nil) == .notCalled) }
    }
    #expect(call(gate, at: 5000, nil) == .succeeded)
  }

  @Test("a 429 closes the gate for as long as it says, a minute at most")
  func limited() {
    for (told, milliseconds): (Int, Int64) in [(1, 1000), (30, 30_000), (86_400, 60_000)] {
      let gate = makeGate()
      #expect(call(gate, at: 0, .limited(retryAfterSeconds: told)) == .failed)
      #expect(gate.objection?.retryAfterSeconds == Int(milliseconds / 1000))
      #expect(call(gate, at: milliseconds - 1, nil) == .notCalled)
      #expect(call(gate, at: milliseconds, nil) == .succeeded)
    }
  }

  @Test("429s that do not say how long are waited out twice as long each, to eight seconds")
  func limitedInRow() {
    let gate = makeGate()
    var now: Int64 = 0
    for milliseconds: Int64 in [0, 1000, 2000, 4000, 8000, 8000] {
      #expect(call(gate, at: now, .limited(retryAfterSeconds: nil)) == .failed)
      now += milliseconds
      if milliseconds > 0 { #expect(call(gate, at: now - 1, nil) == .notCalled) }
    }
    #expect(call(gate, at: now, nil) == .succeeded)
    #expect(call(gate, at: now, .limited(retryAfterSeconds: nil)) == .failed)
    #expect(call(gate, at: now, nil) == .succeeded)
  }

  @Test("one that succeeds meanwhile does not open a gate that a 429 has closed")
  func limitedMeanwhile() throws {
    let gate = makeGate()
    try gate.call { () throws(XenditFailure) in
      #expect(call(gate, at: 0, .limited(retryAfterSeconds: 9)) == .failed)
    }
    #expect(call(gate, at: 8999, nil) == .notCalled)
  }

  @Test("what is waited for is longer by up to a quarter at random")
  func jitter() {
    let gate = makeGate(dice: 255)
    #expect(call(gate, at: 0, .limited(retryAfterSeconds: 10)) == .failed)
    #expect(call(gate, at: 12_489, nil) == .notCalled)
    #expect(call(gate, at: 12_490, nil) == .succeeded)
  }

  @Test("no more than the maximum are inside at once, and the next is refused at once")
  func bulkhead() throws {
    let gate = makeGate(2)
    try gate.call { () throws(XenditFailure) in
      try gate.call { () throws(XenditFailure) in
        for _ in 0..<9 { #expect(call(gate, at: 0, nil) == .notCalled) }
      }
      #expect(call(gate, at: 0, nil) == .succeeded)
    }
  }

  @Test("a refusal of the gate itself is no failure of Xendit")
  func refusalsDoNotCount() throws {
    let gate = makeGate(1)
    try gate.call { () throws(XenditFailure) in
      for _ in 0..<9 { _ = call(gate, at: 0, nil) }
    }
    #expect(call(gate, at: 0, nil) == .succeeded)
  }

  @Test("threads by the dozen never exceed the maximum and leave the gate empty")
  func threads() {
    let gate = makeGate(3)
    let inside = Shared((now: 0, most: 0))
    inThreads(64) { _ in
      for _ in 0..<200 {
        try? gate.call { () throws(XenditFailure) in
          inside.withLock {
            $0.now += 1
            $0.most = max($0.most, $0.now)
          }
          sched_yield()
          inside.withLock { $0.now -= 1 }
          throw .refused(evidence: "")
        }
      }
    }
    #expect(inside.withLock { (1...3).contains($0.most) && $0.now == 0 })
    for _ in 0..<9 { #expect(call(gate, at: 0, nil) == .succeeded) }
  }

  private let clock = Clock()

  private func makeGate(_ simultaneousMax: Int = 4, dice: UInt8 = 0) -> Gate {
    let world = World(
      now: { Timestamp(microseconds: 0) },
      monotonicMilliseconds: { [clock] in clock.milliseconds.load(ordering: .relaxed) },
      wait: { _ in },
      randomBytes: { Array(repeating: dice, count: $0) })
    return Gate(simultaneousMax: simultaneousMax, in: world)
  }

  private enum Outcome { case notCalled, failed, succeeded }

  private func call(_ gate: Gate, at now: Int64, _ failure: XenditFailure?) -> Outcome {
    var wasCalled = false
    clock.milliseconds.store(now, ordering: .relaxed)
    do throws(XenditFailure) {
      try gate.call { () throws(XenditFailure) in
        wasCalled = true
        if let failure { throw failure }
      }
      return .succeeded
    } catch {
      return wasCalled ? .failed : .notCalled
    }
  }
}

private final class Clock: Sendable {
  let milliseconds = Atomic<Int64>(0)
}
