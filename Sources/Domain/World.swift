// What the rules need from outside: the time, and bytes that nobody can guess. Both are handed in,
// so that a test can hold the clock and repeat the dice.

/// A source of the time and of randomness.
public struct World: Sendable {
  /// The wall clock.
  public let now: @Sendable () -> Timestamp
  /// So many bytes from a cryptographic generator.
  public let randomBytes: @Sendable (_ count: Int) -> [UInt8]

  public init(
    now: @escaping @Sendable () -> Timestamp,
    randomBytes: @escaping @Sendable (_ count: Int) -> [UInt8]
  ) {
    self.now = now
    self.randomBytes = randomBytes
  }
}
