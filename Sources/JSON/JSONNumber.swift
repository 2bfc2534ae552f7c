// A JSON number: its digits as they were sent, and the exact whole number that they mean.
// Nothing here goes through floating point.

/// A number of RFC 8259, section 6: exactly the characters that the sender wrote.
public struct JSONNumber: Equatable, Sendable {
  public let text: String

  /// `text` keeps the grammar of a number.
  init(text: String) {
    self.text = text
  }

  public init(_ integer: Int64) {
    text = String(integer)
  }

  /// Whether it was written with an exponent, such as `5e4`.
  public var hasExponent: Bool {
    text.utf8.contains { $0 == UInt8(ascii: "e") || $0 == UInt8(ascii: "E") }
  }

  /// The whole number that this is, exactly (`50000`, `50000.00` and `5e4` are the same); nil if
  /// it is not whole or does not fit. The work is bounded by the length of the text, however large
  /// the exponent.
  public var exactInteger: Int64? {
    // Nearly all are plain digits.
    if let plain = Int64(text) { return plain }
    let parts = text.utf8.split(maxSplits: 1) { $0 | 0x20 == UInt8(ascii: "e") }
    guard let mantissa = parts.first else { return nil }
    // Below zero, since Int64 reaches one further there.
    var negated: Int64 = 0
    // Zeros wait until another digit follows: those at the end may be undone by the exponent.
    var places = 0
    var fractionDigits: Int?
    for byte in mantissa where byte != UInt8(ascii: "-") {
      guard byte != UInt8(ascii: ".") else {
        fractionDigits = 0
        continue
      }
      fractionDigits = fractionDigits.map { $0 + 1 }
      places += 1
      guard byte != UInt8(ascii: "0") else { continue }
      guard negated.shift(places, subtracting: byte &- UInt8(ascii: "0")) else { return nil }
      places = 0
    }
    guard negated != 0 else { return 0 }
    places += JSONNumber.exponent(parts.dropFirst().first) - (fractionDigits ?? 0)
    guard places >= 0, negated.shift(places, subtracting: 0) else { return nil }
    guard mantissa.first != UInt8(ascii: "-") else { return negated }
    return negated == .min ? nil : -negated
  }

  /// Saturates far beyond what the length of a text could make up for.
  private static func exponent(_ text: Substring.UTF8View?) -> Int {
    guard let text else { return 0 }
    var size = 0
    for byte in text where byte != UInt8(ascii: "-") && byte != UInt8(ascii: "+") {
      size = min(size * 10 + Int(byte &- UInt8(ascii: "0")), 1 << 56)
    }
    return text.first == UInt8(ascii: "-") ? -size : size
  }
}

extension Int64 {
  /// Moves the digits by so many decimal places and puts `digit` last; false if it does not fit.
  fileprivate mutating func shift(_ places: Int, subtracting digit: UInt8) -> Bool {
    var remaining = self == 0 ? 0 : places
    while remaining > 0 {
      let (tenfold, overflow) = multipliedReportingOverflow(by: 10)
      guard !overflow else { return false }
      self = tenfold
      remaining -= 1
    }
    let (sum, overflow) = subtractingReportingOverflow(Int64(digit))
    self = sum
    return !overflow
  }
}
