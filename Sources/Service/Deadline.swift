// The end of patience with one request, by a clock that never goes back.

/// A moment after which nobody waits any longer.
public struct Deadline: Sendable {
  private let endNanoseconds: Int64

  /// So many milliseconds from now.
  public init(milliseconds: Int) {
    endNanoseconds = System.monotonicNanoseconds() &+ Int64(milliseconds) &* 1_000_000
  }

  /// The clock that deadlines go by.
  public static var nowMilliseconds: Int64 { System.monotonicNanoseconds() / 1_000_000 }

  /// Waits so long.
  public static func wait(seconds: Int) {
    System.sleep(seconds: seconds)
  }

  /// What is left, at least 0.
  public var remainingMilliseconds: Int {
    max(0, Int((endNanoseconds - System.monotonicNanoseconds()) / 1_000_000))
  }
}
