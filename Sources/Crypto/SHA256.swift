// SHA-256 (FIPS 180-4) in memory-safe Swift: a message goes in, in pieces of any length, and its
// digest of 32 bytes comes out. `SHA256State` holds the rounds.

/// The hash of a message that arrives in pieces. A copy is a fork: both go on from the same state,
/// which is how `HMACSHA256` compresses its pads only once.
public struct SHA256: Sendable {
  private var state = SHA256State()
  /// What does not fill a block yet: the first `pendingCount` of these bytes, at most 63.
  private var pending = InlineArray<64, UInt8>(repeating: 0)
  private var pendingCount = 0
  /// The length so far in bits, modulo 2^64: the standard ends there, and nothing traps.
  private var lengthBits: UInt64 = 0

  /// The hash of an empty message, to which pieces are added.
  public init() {}

  /// The digest of a whole message: 32 bytes.
  public static func hash(_ message: [UInt8]) -> [UInt8] {
    var hash = SHA256()
    hash.update(message)
    return hash.finish()
  }

  /// Takes the next piece of the message.
  public mutating func update(_ bytes: [UInt8]) {
    update(bytes.span)
  }

  /// Takes the next piece of the message.
  public mutating func update(_ bytes: Span<UInt8>) {
    lengthBits &+= UInt64(truncatingIfNeeded: bytes.count) &<< 3
    var index = 0
    while pendingCount > 0, index < bytes.count {
      append(bytes[index])
      index += 1
    }
    while bytes.count - index >= 64 {
      state.compress(SHA256Block(bytes.extracting(index..<index + 64)))
      index += 64
    }
    while index < bytes.count {
      append(bytes[index])
      index += 1
    }
  }

  /// The digest of all pieces: 32 bytes.
  public consuming func finish() -> [UInt8] {
    append(0x80)
    while pendingCount != 56 {
      append(0)
    }
    for shift in stride(from: UInt64(56), through: 0, by: -8) {
      append(UInt8(truncatingIfNeeded: lengthBits &>> shift))
    }
    return state.bytes
  }

  private mutating func append(_ byte: UInt8) {
    pending[pendingCount] = byte
    pendingCount += 1
    if pendingCount == 64 {
      state.compress(SHA256Block(pending.span))
      pendingCount = 0
    }
  }
}
