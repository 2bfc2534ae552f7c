// Base64 with the alphabet for URLs and file names (RFC 4648, section 5), without padding, as JWS
// writes it (RFC 7515, section 2).
//
// Reading is strict, so that one value has one text: no padding, no white space, nothing outside
// of the alphabet, and the bits that a last character leaves unused are zero.

/// Bytes as text that fits into URLs and tokens.
public enum Base64URL {
  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

  /// Each character's value by its byte, `none` for those outside of the alphabet.
  private static let values: [UInt8] = {
    var values = [UInt8](repeating: none, count: 256)
    for (value, character) in alphabet.enumerated() {
      values[Int(character)] = UInt8(value)
    }
    return values
  }()

  /// Above every value, in a bit that no value has.
  private static let none: UInt8 = 0x80

  /// The one text of these bytes.
  public static func encode(_ bytes: [UInt8]) -> String {
    let alphabet = alphabet
    let text = [UInt8](capacity: (bytes.count * 8 + 5) / 6) { text in
      var bits: UInt32 = 0
      var bitCount: UInt32 = 0
      for byte in bytes {
        bits = bits &<< 8 | UInt32(byte)
        bitCount &+= 8
        while bitCount >= 6 {
          bitCount &-= 6
          text.append(alphabet[Int(bits &>> bitCount & 63)])
        }
      }
      if bitCount > 0 {
        text.append(alphabet[Int(bits &<< (6 &- bitCount) & 63)])
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The bytes; nil unless the text is exactly what `encode` makes of them.
  public static func decode(_ text: String) -> [UInt8]? {
    decode(Array(text.utf8)[...])
  }

  /// The bytes; nil unless the text, in ASCII, is exactly what `encode` makes of them.
  public static func decode(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    guard text.count % 4 != 1 else { return nil }
    let values = values
    var seen: UInt8 = 0
    var bits: UInt32 = 0
    var bitCount: UInt32 = 0
    let bytes = [UInt8](capacity: text.count * 6 / 8) { bytes in
      for character in text {
        let value = values[Int(character)]
        seen |= value
        bits = bits &<< 6 | UInt32(value)
        bitCount &+= 6
        if bitCount >= 8 {
          bitCount &-= 8
          bytes.append(UInt8(truncatingIfNeeded: bits &>> bitCount))
        }
      }
    }
    let unused = bits & (1 &<< bitCount &- 1)
    return seen & none == 0 && unused == 0 ? bytes : nil
  }
}
