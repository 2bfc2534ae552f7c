// How the calls on Xendit went, for monitoring.

import Synchronization

/// Counts calls by what was asked and what came of it.
public final class CallFigures: Sendable {
  public enum Operation: String, CaseIterable, Sendable {
    case create, find, list, get, expire
  }

  public enum Outcome: String, CaseIterable, Sendable {
    case ok, refused, misconfigured, limited, unknown, unexpected, unavailable
  }

  public struct Total: Sendable {
    public let operation: Operation
    public let outcome: Outcome
    public fileprivate(set) var calls: Int64 = 0
    public fileprivate(set) var nanoseconds: Int64 = 0
  }

  private let table = Mutex(
    Operation.allCases.flatMap { operation in
      Outcome.allCases.map { Total(operation: operation, outcome: $0) }
    })

  /// Every pair that there is, if only with 0.
  public var totals: [Total] { table.withLock { $0 } }

  func note(_ operation: Operation, _ failure: XenditFailure?, took duration: Duration) {
    let outcome = Outcome(failure)
    let (seconds, attoseconds) = duration.components
    let nanoseconds = seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    table.withLock { table in
      guard
        let index = table.firstIndex(where: { $0.operation == operation && $0.outcome == outcome })
      else { return }
      table[index].calls += 1
      table[index].nanoseconds += nanoseconds
    }
  }
}

extension CallFigures.Outcome {
  fileprivate init(_ failure: XenditFailure?) {
    switch failure {
    case nil: self = .ok
    case .refused: self = .refused
    case .misconfigured: self = .misconfigured
    case .limited: self = .limited
    case .unknown: self = .unknown
    case .unexpected: self = .unexpected
    case .unavailable: self = .unavailable
    }
  }
}
