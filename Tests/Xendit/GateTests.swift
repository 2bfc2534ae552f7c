// The bulkhead and the breaker, on a clock that the tests move.

import Foundation
import Support
import Testing
import Xendit
import XenditAPI

@Suite struct GateTests {
  @Test("five failures in a row close the gate, and nothing is called any more")
  func closes() {
    let gate = Gate(simultaneousMax: 4)
    for _ in 0..<5 { #expect(call(gate, at: 0, .unknown(evidence: "")) == .failed) }
    for now: Int64 in [0, 1, 4999] { #expect(call(gate, at: now, nil) == .notCalled) }
  }

  @Test("a failure to send counts as well")
  func unavailable() {
    let gate = Gate(simultaneousMax: 4)
    for _ in 0..<5 { _ = call(gate, at: 0, .unavailable(evidence: "")) }
    #expect(call(gate, at: 0, nil) == .notCalled)
  }

  @Test("every answer in between begins the row anew, a refusal too")
  func interrupted() {
    let answers: [XenditFailure?] = [
      nil, .refused(evidence: ""), .misconfigured(evidence: ""), .limited(retryAfterSeconds: 1),
    ]
    for answer in answers {
      let gate = Gate(simultaneousMax: 4)
      for _ in 0..<4 { _ = call(gate, at: 0, .unknown(evidence: "")) }
      _ = call(gate, at: 0, answer)
      for _ in 0..<4 { _ = call(gate, at: 0, .unknown(evidence: "")) }
      #expect(call(gate, at: 0, nil) == .succeeded)
    }
  }

  @Test("one probe each five seconds; the first success opens the gate")
  func probes() {
    let gate = Gate(simultaneousMax: 4)
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
    let gate = Gate(simultaneousMax: 4)
    for _ in 0..<4 { _ = call(gate, at: 0, .unknown(evidence: "")) }
    var times: [Int64] = [15_000, 0]
    try? gate.call(nowMilliseconds: { times.popLast() ?? 0 }) { () throws(XenditFailure) in
      throw .unknown(evidence: "")
    }
    #expect(call(gate, at: 19_999, nil) == .notCalled)
    #expect(call(gate, at: 20_000, nil) == .succeeded)
  }

  @Test("while a probe runs, nobody else gets through")
  func oneProbe() throws {
    let gate = Gate(simultaneousMax: 4)
    for _ in 0..<5 { _ = call(gate, at: 0, .unknown(evidence: "")) }
    try gate.call(nowMilliseconds: { 5000 }) { () throws(XenditFailure) in
      for now: Int64 in [5000, 9999] { #expect(call(gate, at: now, nil) == .notCalled) }
    }
    #expect(call(gate, at: 5000, nil) == .succeeded)
  }

  @Test("no more than the maximum are inside at once, and the next is refused at once")
  func bulkhead() throws {
    let gate = Gate(simultaneousMax: 2)
    try gate.call(nowMilliseconds: { 0 }) { () throws(XenditFailure) in
      try gate.call(nowMilliseconds: { 0 }) { () throws(XenditFailure) in
        for _ in 0..<9 { #expect(call(gate, at: 0, nil) == .notCalled) }
      }
      #expect(call(gate, at: 0, nil) == .succeeded)
    }
  }

  @Test("a refusal of the gate itself is no failure of Xendit")
  func refusalsDoNotCount() throws {
    let gate = Gate(simultaneousMax: 1)
    try gate.call(nowMilliseconds: { 0 }) { () throws(XenditFailure) in
      for _ in 0..<9 { _ = call(gate, at: 0, nil) }
    }
    #expect(call(gate, at: 0, nil) == .succeeded)
  }

  @Test("threads by the dozen never exceed the maximum and leave the gate empty")
  func threads() {
    let gate = Gate(simultaneousMax: 3)
    let inside = Shared((now: 0, most: 0))
    inThreads(64) { _ in
      for _ in 0..<200 {
        try? gate.call(nowMilliseconds: { 0 }) { () throws(XenditFailure) in
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

  private enum Outcome { case notCalled, failed, succeeded }

  private func call(_ gate: Gate, at now: Int64, _ failure: XenditFailure?) -> Outcome {
    var wasCalled = false
    do throws(XenditFailure) {
      try gate.call(nowMilliseconds: { now }) { () throws(XenditFailure) in
        wasCalled = true
        if let failure { throw failure }
      }
      return .succeeded
    } catch {
      return wasCalled ? .failed : .notCalled
    }
  }
}
