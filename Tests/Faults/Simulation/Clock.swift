// Time, which passes only when the simulation says so.

import Domain

/// The clock that nobody can set, and a wall clock that is set wrong now and then.
///
/// Sendable because the whole simulation runs on one thread.
final class Clock: @unchecked Sendable {
  /// When every episode begins: 2026-01-01T00:00:00Z.
  private static let begin = Timestamp(microseconds: 1_767_225_600_000_000)

  /// Since the episode began.
  private(set) var milliseconds: Int64 = 0
  /// How far our machine's wall clock is ahead of the true time.
  var errorMilliseconds: Int64 = 0

  /// What our machine believes.
  var now: Timestamp { at(milliseconds + errorMilliseconds) }

  /// A moment of the true time, which Xendit goes by.
  func at(_ milliseconds: Int64) -> Timestamp {
    Timestamp(microseconds: Clock.begin.microseconds + milliseconds * 1000)
  }

  func advance(_ milliseconds: Int64) { self.milliseconds += max(0, milliseconds) }
}
