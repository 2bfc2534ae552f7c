// Real threads for tests: DispatchQueue.concurrentPerform starts no more than there are processors.

import Foundation
import Synchronization

/// Runs `body` in so many threads at once, numbered from 0, and returns when all have ended.
public func inThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
  let group = DispatchGroup()
  for number in 0..<count {
    group.enter()
    Thread.detachNewThread {
      body(number)
      group.leave()
    }
  }
  group.wait()
}

/// A value that threads share.
public final class Shared<Value: Sendable>: Sendable {
  private let value: Mutex<Value>

  public init(_ value: Value) {
    self.value = Mutex(value)
  }

  public func withLock<Result>(_ body: (inout Value) -> Result) -> Result {
    value.withLock { body(&$0) }
  }
}
