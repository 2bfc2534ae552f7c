// What stands before Xendit, so that its trouble does not become everybody's: a bulkhead and a
// circuit breaker (M. Nygard, "Release It!").

import Synchronization

/// Lets only so many calls through at once and, after failures in a row, only a probe now and
/// then, until one succeeds. Nobody ever waits here.
public final class Gate: Sendable {
  /// Failures in a row that close the gate.
  private static let failuresMax = 5
  /// Between two probes.
  private static let probeMilliseconds: Int64 = 5000

  private struct State {
    var inside = 0
    var failuresInRow = 0
    var nextProbe: Int64 = 0
  }

  private let insideMax: Int
  private let state = Mutex(State())

  public init(simultaneousMax: Int) {
    insideMax = simultaneousMax
  }

  /// Whether a call would be let through now; to be asked before anything is prepared for one.
  public func isOpen(nowMilliseconds now: Int64) -> Bool {
    state.withLock { objection(to: $0, at: now) == nil }
  }

  /// Makes the call, or throws `.unavailable` at once.
  ///
  /// - Parameter nowMilliseconds: a monotonic clock, read before the call and after it.
  public func call<Result>(
    nowMilliseconds: () -> Int64, _ work: () throws(XenditFailure) -> Result
  ) throws(XenditFailure) -> Result {
    try enter(at: nowMilliseconds())
    do throws(XenditFailure) {
      let result = try work()
      leave(at: nowMilliseconds(), hasFailed: false)
      return result
    } catch {
      leave(at: nowMilliseconds(), hasFailed: error.isOutage)
      throw error
    }
  }

  private func enter(at now: Int64) throws(XenditFailure) {
    let objection: String? = state.withLock { state in
      if let objection = self.objection(to: state, at: now) { return objection }
      state.nextProbe = now + Gate.probeMilliseconds
      state.inside += 1
      return nil
    }
    if let objection { throw .unavailable(evidence: objection) }
  }

  private func objection(to state: State, at now: Int64) -> String? {
    if state.inside >= insideMax { return "too many calls are waiting for Xendit" }
    let isClosed = state.failuresInRow >= Gate.failuresMax && now < state.nextProbe
    return isClosed ? "Xendit failed too often in a row" : nil
  }

  private func leave(at now: Int64, hasFailed: Bool) {
    state.withLock { state in
      state.inside -= 1
      state.failuresInRow = hasFailed ? min(state.failuresInRow + 1, Gate.failuresMax) : 0
      if hasFailed { state.nextProbe = now + Gate.probeMilliseconds }
    }
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
