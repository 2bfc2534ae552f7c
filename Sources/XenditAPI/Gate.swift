// What stands before Xendit, so that its trouble does not become everybody's: a bulkhead and a
// circuit breaker (M. Nygard, "Release It!"), and obedience to a 429.

import Domain
import Synchronization

/// Lets only so many calls through at once; after failures in a row only a probe now and then,
/// until one succeeds; and none while Xendit wants fewer requests. Nobody ever waits here.
public final class Gate: Sendable {
  /// Failures in a row that close the gate.
  private static let failuresMax = 5
  /// Between two probes, at least.
  private static let probeMilliseconds: Int64 = 5000
  /// After the second 429 in a row that does not say how long; doubled with each further one, to
  /// eight times. A single one may have been about somebody else's calls.
  private static let limitedMilliseconds: Int64 = 1000
  /// No 429 is believed for longer: Xendit counts by the minute.
  private static let limitedMillisecondsMax: Int64 = 60_000
  /// When there will be a place: calls take about a second.
  private static let placeMilliseconds: Int64 = 1000

  /// Why nobody gets through now, and after how long to ask again.
  public struct Objection: Equatable, Sendable {
    public let evidence: String
    public let milliseconds: Int64

    /// The same for a client, rounded up.
    public var retryAfterSeconds: Int { Int((milliseconds + 999) / 1000) }
  }

  private struct State {
    var inside = 0
    var failuresInRow = 0
    var nextProbe: Int64 = 0
    var limitedInRow = 0
    var limitedUntil: Int64 = 0
  }

  private let insideMax: Int
  private let world: World
  private let state = Mutex(State())

  public init(simultaneousMax: Int, in world: World) {
    insideMax = simultaneousMax
    self.world = world
  }

  /// Why a call would not be let through now, nil if it would; to be asked before anything is
  /// prepared for one.
  public var objection: Objection? {
    let now = world.monotonicMilliseconds()
    return state.withLock { objection(to: $0, at: now) }
  }

  /// Whether so many calls have failed in a row that only probes are let through.
  public var isBroken: Bool {
    state.withLock { $0.failuresInRow >= Gate.failuresMax }
  }

  /// Makes the call, or throws `.unavailable` at once.
  public func call<Result>(
    _ work: () throws(XenditFailure) -> Result
  ) throws(XenditFailure) -> Result {
    try enter()
    do throws(XenditFailure) {
      let result = try work()
      leave(nil)
      return result
    } catch {
      leave(error)
      throw error
    }
  }

  private func enter() throws(XenditFailure) {
    let now = world.monotonicMilliseconds()
    let objection: Objection? = state.withLock { state in
      if let objection = self.objection(to: state, at: now) { return objection }
      state.nextProbe = now + Gate.probeMilliseconds
      state.inside += 1
      return nil
    }
    if let objection { throw .unavailable(evidence: objection.evidence) }
  }

  private func objection(to state: State, at now: Int64) -> Objection? {
    if state.inside >= insideMax {
      return Objection(
        evidence: "too many calls are waiting for Xendit", milliseconds: Gate.placeMilliseconds)
    }
    if now < state.limitedUntil {
      return Objection(
        evidence: "Xendit wants fewer requests", milliseconds: state.limitedUntil - now)
    }
    if state.failuresInRow >= Gate.failuresMax, now < state.nextProbe {
      return Objection(
        evidence: "Xendit failed too often in a row", milliseconds: state.nextProbe - now)
    }
    return nil
  }

  private func leave(_ failure: XenditFailure?) {
    let now = world.monotonicMilliseconds()
    let jitter = world.jitter()
    state.withLock { state in
      state.inside -= 1
      let isOutage = failure?.isOutage ?? false
      state.failuresInRow = isOutage ? min(state.failuresInRow + 1, Gate.failuresMax) : 0
      if isOutage { state.nextProbe = now + jitter(Gate.probeMilliseconds) }
      guard case .limited(let seconds) = failure else {
        if failure == nil { state.limitedInRow = 0 }
        return
      }
      state.limitedInRow += 1
      let told = seconds.map { min(Int64($0) * 1000, Gate.limitedMillisecondsMax) }
      let milliseconds = told ?? backOffMilliseconds(limitedInRow: state.limitedInRow)
      state.limitedUntil = max(state.limitedUntil, now + jitter(milliseconds))
    }
  }

  private func backOffMilliseconds(limitedInRow count: Int) -> Int64 {
    count < 2 ? 0 : Gate.limitedMilliseconds << Int64(min(count - 2, 3))
  }
}

extension World {
  /// Makes a time longer by up to a quarter at random, so that those who wait for the same thing
  /// do not come back in step.
  fileprivate func jitter() -> (Int64) -> Int64 {
    let part = Int64(randomBytes(1).first ?? 0)
    return { milliseconds in milliseconds + milliseconds * part / 1024 }
  }
}

extension XenditFailure {
  /// Whether it tells of trouble at Xendit or on the way there. A refusal is an answer.
  fileprivate var isOutage: Bool {
    switch self {
    case .unknown, .unavailable: true
    case .refused, .misconfigured, .limited, .unexpected: false
    }
  }
}
