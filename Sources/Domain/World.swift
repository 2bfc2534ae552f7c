// What the rules need from outside: the time, and bytes that nobody can guess. They are handed in,
// so that a test can hold the clocks and repeat the dice.

/// A source of the time and of randomness.
public struct World: Sendable {
  /// The wall clock. It may be set, so it is for what people read, never for how long something
  /// takes.
  public let now: @Sendable () -> Timestamp
  /// Milliseconds on a clock that nobody can set.
  public let monotonicMilliseconds: @Sendable () -> Int64
  /// Waits so long.
  public let wait: @Sendable (_ milliseconds: Int64) -> Void
  /// So many bytes from a cryptographic generator.
  public let randomBytes: @Sendable (_ count: Int) -> [UInt8]

  public init(
    now: @escaping @Sendable () -> Timestamp,
    monotonicMilliseconds: @escaping @Sendable () -> Int64,
    wait: @escaping @Sendable (_ milliseconds: Int64) -> Void,
    randomBytes: @escaping @Sendable (_ count: Int) -> [UInt8]
  ) {
    self.now = now
    self.monotonicMilliseconds = monotonicMilliseconds
    self.wait = wait
    self.randomBytes = randomBytes
  }
}
