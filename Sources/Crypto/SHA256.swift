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
    var index = pendingCount > 0 ? take(bytes, from: 0) : 0
    while bytes.count - index >= 64 {
      state.compress(bytes.extracting(index..<index + 64))
      index += 64
    }
    if index < bytes.count { _ = take(bytes, from: index) }
  }

  /// The digest of all pieces: 32 bytes.
  public consuming func finish() -> [UInt8] {
    let digest = digest()
    var bytes = [UInt8](repeating: 0, count: 32)
    for index in 0..<32 {
      bytes[index] = digest[index]
    }
    return bytes
  }

  /// The same without an array, which would have to be allocated.
  consuming func digest() -> InlineArray<32, UInt8> {
    pad()
    return state.bytes
  }

  /// Takes as many bytes as fill the pending block, or are there, and says where it stopped.
  private mutating func take(_ bytes: Span<UInt8>, from start: Int) -> Int {
    let end = min(bytes.count, start + 64 - pendingCount)
    for index in start..<end {
      pending[pendingCount] = bytes[index]
      pendingCount += 1
    }
    if pendingCount == 64 { compressPending() }
    return end
  }

  /// Section 5.1.1: a bit, zeros up to the end of a block, and there the length.
  private mutating func pad() {
    pending[pendingCount] = 0x80
    clearPending(from: pendingCount + 1)
    if pendingCount >= 56 {
      compressPending()
      clearPending(from: 0)
    }
    for index in 0..<8 {
      pending[56 + index] = UInt8(truncatingIfNeeded: lengthBits &>> UInt64(56 - 8 * index))
    }
    compressPending()
  }

  private mutating func clearPending(from start: Int) {
    for index in start..<64 {
      pending[index] = 0
    }
  }

  private mutating func compressPending() {
    state.compress(pending.span)
    pendingCount = 0
  }
}
