// The ids of users, wallets, top-ups and sessions: UUIDs of version 7 (RFC 9562, section 5.7),
// which sort by the millisecond of their making.

/// A UUID in its canonical form: 36 characters, lower case.
public struct Identifier: Hashable, Sendable, CustomStringConvertible {
  public let text: String

  /// Nil unless `text` is a UUID in canonical form.
  public init?(_ text: String) {
    guard Identifier.isCanonical(text.utf8.span) else { return nil }
    self.text = text
  }

  private static func isCanonical(_ text: Span<UInt8>) -> Bool {
    guard text.count == 36 else { return false }
    for index in text.indices {
      let isHyphen = index == 8 || index == 13 || index == 18 || index == 23
      guard isHyphen ? text[index] == 45 : text[index].isLowercaseHex else { return false }
    }
    return true
  }

  /// A new one: 48 bits of `now` in milliseconds, 74 random bits.
  public static func make(in world: World) -> Identifier {
    let milliseconds = UInt64(clamping: world.now().microseconds / 1000)
    var bytes = (0..<6).map { UInt8(truncatingIfNeeded: milliseconds >> (40 - 8 * $0)) }
    bytes += world.randomBytes(10)
    bytes[6] = bytes[6] & 0x0F | 0x70
    bytes[8] = bytes[8] & 0x3F | 0x80
    return Identifier(bytes: bytes)
  }

  /// What stands before every id that was made since then.
  public static func earliest(since moment: Timestamp) -> String {
    let milliseconds = UInt64(clamping: moment.microseconds / 1000)
    let digits = String(milliseconds, radix: 16)
    let padded = String(repeating: "0", count: max(0, 12 - digits.count)) + digits
    return "\(padded.prefix(8))-\(padded.dropFirst(8).prefix(4))"
  }

  public var description: String { text }

  private init(bytes: [UInt8]) {
    var text = ""
    for (index, byte) in bytes.enumerated() {
      if [4, 6, 8, 10].contains(index) { text += "-" }
      text += byte.hex(uppercase: false)
    }
    self.text = text
  }
}

extension UInt8 {
  /// Whether it is one of `0123456789` in ASCII.
  var isDigit: Bool { self &- 48 < 10 }

  /// Whether it is one of `0123456789abcdef` in ASCII.
  public var isLowercaseHex: Bool { self &- 48 < 10 || self &- 97 < 6 }

  /// Two hexadecimal digits.
  func hex(uppercase: Bool) -> String {
    (self < 16 ? "0" : "") + String(self, radix: 16, uppercase: uppercase)
  }
}
