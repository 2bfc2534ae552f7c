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
  private static let values: InlineArray<256, UInt8> = {
    var values = InlineArray<256, UInt8>(repeating: none)
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
    decode(text.span)
  }

  private static func decode(_ text: Span<UInt8>) -> [UInt8]? {
    let (quads, rest) = (text.count / 4, text.count % 4)
    guard rest != 1 else { return nil }
    var decoded = [UInt8](repeating: 0, count: text.count * 6 / 8)
    var bytes = decoded.mutableSpan
    let values = values.span
    var (seen, unused): (UInt8, UInt8) = (0, 0)
    // Four characters of six bits are three bytes.
    for quad in 0..<quads {
      let text = text.extracting(4 * quad..<4 * quad + 4)
      let (first, second) = (values[Int(text[0])], values[Int(text[1])])
      let (third, fourth) = (values[Int(text[2])], values[Int(text[3])])
      seen |= first | second | third | fourth
      bytes[3 * quad] = first &<< 2 | second &>> 4
      bytes[3 * quad + 1] = second &<< 4 | third &>> 2
      bytes[3 * quad + 2] = third &<< 6 | fourth
    }
    if rest > 0 {
      let text = text.extracting(4 * quads..<text.count)
      let (first, second) = (values[Int(text[0])], values[Int(text[1])])
      let third = rest > 2 ? values[Int(text[2])] : 0
      seen |= first | second | third
      bytes[3 * quads] = first &<< 2 | second &>> 4
      if rest > 2 { bytes[3 * quads + 1] = second &<< 4 | third &>> 2 }
      unused = rest > 2 ? third &<< 6 : second &<< 4
    }
    return seen & none == 0 && unused == 0 ? decoded : nil
  }
}
