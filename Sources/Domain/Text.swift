// What is done to text from outside: trimming, lower-casing, and the sets of characters, all as
// ASCII has them, so that nothing depends on a locale or a Unicode version.

extension String {
  /// Without ASCII white space at either end.
  var trimmed: String {
    let isBlank: (Unicode.Scalar) -> Bool = { $0 == " " || ("\t"..."\r").contains($0) }
    guard let first = unicodeScalars.firstIndex(where: { !isBlank($0) }),
      let last = unicodeScalars.lastIndex(where: { !isBlank($0) })
    else { return "" }
    return String(unicodeScalars[first...last])
  }

  /// With `A-Z` as `a-z`, all else as it is.
  public var asciiLowercased: String {
    String(decoding: utf8.map { (65...90).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
  }
}

extension UInt8 {
  var isASCIILetterOrDigit: Bool {
    (48...57).contains(self) || (65...90).contains(self) || (97...122).contains(self)
  }

  /// `!` to `~` (RFC 5234's VCHAR).
  var isVisibleASCII: Bool { (33...126).contains(self) }
}

extension Unicode.Scalar {
  /// Category Cc, or one of the bidirectional controls (Unicode Standard Annex 9, section 2),
  /// which let a text look like another one.
  public var isControl: Bool {
    switch value {
    case 0...0x1F, 0x7F...0x9F: true
    case 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true
    default: false
    }
  }
}
