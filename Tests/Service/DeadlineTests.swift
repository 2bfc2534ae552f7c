// The end of patience: it comes nearer, and never lies in the past.

import Domain
import Synchronization
import Testing

@testable import Service

@Suite("A deadline") struct DeadlineTests {
  @Test("leaves what was given, and less as time goes by, whatever the wall clock does")
  func remaining() {
    let clock = Clock()
    let deadline = Deadline(milliseconds: 60_000, in: clock.world)
    #expect(deadline.remainingMilliseconds == 60_000)
    clock.milliseconds.store(59_999, ordering: .relaxed)
    #expect(deadline.remainingMilliseconds == 1)
  }

  @Test("that has passed leaves nothing", arguments: [0, -1, -1_000_000])
  func passed(milliseconds: Int) {
    let world = Clock().world
    #expect(Deadline(milliseconds: milliseconds, in: world).remainingMilliseconds == 0)
  }
}

private final class Clock: Sendable {
  let milliseconds = Atomic<Int64>(0)

  var world: World {
    World(
      now: { Timestamp(microseconds: -self.milliseconds.load(ordering: .relaxed)) },
      monotonicMilliseconds: { self.milliseconds.load(ordering: .relaxed) }, wait: { _ in },
      randomBytes: { Array(repeating: 0, count: $0) })
  }
}
