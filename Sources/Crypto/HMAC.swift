// HMAC with SHA-256 (RFC 2104): a key and a message go in, a code of 32 bytes comes out.

/// A key, ready to authenticate messages: its two pads are compressed once, and every message
/// begins with a copy of the outcome.
public struct HMACSHA256: Sendable {
  private let inner: SHA256
  private let outer: SHA256

  /// Any key: one longer than a block of 64 bytes stands for its hash (RFC 2104, section 2).
  public init(key: [UInt8]) {
    let short = key.count > 64 ? SHA256.hash(key) : key
    let padded = short + [UInt8](repeating: 0, count: 64 - short.count)
    var inner = SHA256()
    inner.update(padded.map { $0 ^ 0x36 })
    var outer = SHA256()
    outer.update(padded.map { $0 ^ 0x5c })
    self.inner = inner
    self.outer = outer
  }

  /// The message's code: 32 bytes. Compare codes with `constantTimeEqual`.
  public func authenticate(_ message: [UInt8]) -> [UInt8] {
    authenticate(message.span)
  }

  /// The message's code: 32 bytes. Compare codes with `constantTimeEqual`.
  public func authenticate(_ message: Span<UInt8>) -> [UInt8] {
    var inner = inner
    inner.update(message)
    var outer = outer
    outer.update(inner.digest().span)
    return outer.finish()
  }
}
