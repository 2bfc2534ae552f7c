// The reader's strings (RFC 8259, section 7): a fast path for those without an escape, which are
// nearly all, and one that unescapes.

extension JSONReader {
  /// Reads the string whose opening quote is the current byte.
  mutating func string() throws(JSONSyntaxError) -> String {
    let start = position + 1
    position = endOfUnescaped(from: start)
    guard current == UInt8(ascii: "\"") else { return try unescape(from: start) }
    let string = try decode(bytes.span.extracting(start..<position), at: start)
    position += 1
    return string
  }

  /// The next quote, backslash or control character: in steps of a word, then of a byte.
  private func endOfUnescaped(from start: Int) -> Int {
    let text = bytes.span
    var end = start
    while let word = UInt64(littleEndianPrefix: text.extracting(droppingFirst: end)) {
      if let place = word.firstSpecialByte { return end &+ place }
      end &+= 8
    }
    while end < text.count {
      let byte = text[end]
      if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { break }
      end &+= 1
    }
    return end
  }

  /// Refuses what is not well-formed UTF-8 (overlong forms, surrogates, beyond U+10FFFF). An
  /// escape cannot complete a sequence that raw bytes began: its first byte never continues one.
  private func decode(_ text: Span<UInt8>, at start: Int) throws(JSONSyntaxError) -> String {
    do {
      return String(copying: try UTF8Span(validating: text))
    } catch {
      throw failure("a string is not valid UTF-8", at: start)
    }
  }

  private mutating func unescape(from start: Int) throws(JSONSyntaxError) -> String {
    var unescaped = Array(bytes[start..<position])
    while take(UInt8(ascii: "\\")) {
      unescaped.append(contentsOf: try escaped().utf8)
      let start = position
      position = endOfUnescaped(from: start)
      unescaped.append(contentsOf: bytes[start..<position])
    }
    guard take(UInt8(ascii: "\"")) else {
      throw failure("a control character in a string must be escaped")
    }
    return try decode(unescaped.span, at: start)
  }

  /// What the escape means whose backslash was just read.
  private mutating func escaped() throws(JSONSyntaxError) -> Unicode.Scalar {
    let letter = current
    let scalar: Unicode.Scalar
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): scalar = Unicode.Scalar(letter)
    case UInt8(ascii: "b"): scalar = "\u{08}"
    case UInt8(ascii: "f"): scalar = "\u{0C}"
    case UInt8(ascii: "n"): scalar = "\n"
    case UInt8(ascii: "r"): scalar = "\r"
    case UInt8(ascii: "t"): scalar = "\t"
    case UInt8(ascii: "u"): return try unicodeEscaped()
    default: throw failure("an unknown escape")
    }
    position += 1
    return scalar
  }

  /// `uXXXX`, or two of them with a backslash between that make up a surrogate pair.
  private mutating func unicodeEscaped() throws(JSONSyntaxError) -> Unicode.Scalar {
    let start = position
    let first = try codeUnit()
    if let scalar = Unicode.Scalar(first) { return scalar }
    if first < 0xDC00, take(UInt8(ascii: "\\")), current == UInt8(ascii: "u") {
      let second = try codeUnit()
      if 0xDC00...0xDFFF ~= second,
        let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
      {
        return scalar
      }
    }
    throw failure("half a surrogate pair", at: start - 1)
  }

  /// The `u` and four hexadecimal digits.
  private mutating func codeUnit() throws(JSONSyntaxError) -> UInt32 {
    position += 1
    var unit: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = Character(Unicode.Scalar(current)).hexDigitValue else {
        throw failure("four hexadecimal digits are expected")
      }
      unit = unit << 4 | UInt32(digit)
      position += 1
    }
    return unit
  }
}

extension UInt64 {
  /// The first eight bytes, the first of them lowest; nil if there are fewer. The compiler makes
  /// one load of it.
  fileprivate init?(littleEndianPrefix bytes: Span<UInt8>) {
    let bytes = bytes.extracting(first: 8)
    guard bytes.count == 8 else { return nil }
    self = UInt64(bytes[0]) | UInt64(bytes[1]) << 8 | UInt64(bytes[2]) << 16
    self |= UInt64(bytes[3]) << 24 | UInt64(bytes[4]) << 32 | UInt64(bytes[5]) << 40
    self |= UInt64(bytes[6]) << 48 | UInt64(bytes[7]) << 56
  }

  /// Which of the eight bytes is the first quote, backslash or control character.
  ///
  /// A subtraction that has to borrow sets the top bit of its byte. It may spoil the bytes above,
  /// but only the lowest one counts; and bytes of which the top bit was set before are none of
  /// the three (Sean Anderson, "Bit Twiddling Hacks", hasless).
  fileprivate var firstSpecialByte: Int? {
    let quotes = (self ^ UInt64(eightTimes: 0x22)) &- UInt64(eightTimes: 0x01)
    let backslashes = (self ^ UInt64(eightTimes: 0x5C)) &- UInt64(eightTimes: 0x01)
    let controls = self &- UInt64(eightTimes: 0x20)
    let special = (quotes | backslashes | controls) & ~self & UInt64(eightTimes: 0x80)
    return special == 0 ? nil : special.trailingZeroBitCount / 8
  }

  private init(eightTimes byte: UInt8) {
    self = 0x0101_0101_0101_0101 &* UInt64(byte)
  }
}
