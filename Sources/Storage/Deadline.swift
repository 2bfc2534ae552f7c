// A moment until which one waits, on the clock that nobody can set.

import Glibc

/// A moment of CLOCK_MONOTONIC.
struct Deadline: Sendable {
  let nanoseconds: Int64

  static func seconds(_ seconds: Int) -> Deadline {
    Deadline(nanoseconds: now + Int64(seconds) * 1_000_000_000)
  }

  var isPast: Bool { Deadline.now >= nanoseconds }

  /// Whole milliseconds from now, rounded up; 0 when it is past.
  var remainingMilliseconds: Int32 {
    let milliseconds = (nanoseconds - Deadline.now + 999_999) / 1_000_000
    return Int32(clamping: max(0, milliseconds))
  }

  /// Itself, or so many milliseconds from now if that is later.
  func atLeast(milliseconds: Int64) -> Deadline {
    Deadline(nanoseconds: max(nanoseconds, Deadline.now + milliseconds * 1_000_000))
  }

  /// Since then; negative before.
  var passedMicroseconds: Int64 { (Deadline.now - nanoseconds) / 1000 }

  var timespec: Glibc.timespec {
    Glibc.timespec(
      tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
  }

  static var now: Int64 {
    var time = Glibc.timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
