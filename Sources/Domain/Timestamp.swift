// A moment in time, as it is stored (microseconds since 1970) and as it is shown (RFC 3339).

/// A moment in UTC: microseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
public struct Timestamp: Comparable, Hashable, Sendable {
  public let microseconds: Int64

  public init(microseconds: Int64) {
    self.microseconds = microseconds
  }

  /// Whole seconds since 1970, as JWT's NumericDate wants them (RFC 7519, section 2).
  public var seconds: Int64 {
    microseconds.floorDivided(by: 1_000_000)
  }

  public static func < (left: Timestamp, right: Timestamp) -> Bool {
    left.microseconds < right.microseconds
  }

  /// The moment `seconds` later; the last representable moment where the sum would overflow.
  public func adding(seconds: Int64) -> Timestamp {
    let (delta, tooLong) = seconds.multipliedReportingOverflow(by: 1_000_000)
    let (sum, tooLate) = microseconds.addingReportingOverflow(delta)
    return Timestamp(microseconds: tooLong || tooLate ? .max : sum)
  }

  /// Year, month and day in the proleptic Gregorian calendar, UTC.
  public var date: (year: Int64, month: Int64, day: Int64) {
    Timestamp.civilDate(days: microseconds.floorDivided(by: 86_400_000_000))
  }

  /// RFC 3339 in UTC with milliseconds: `2026-06-14T00:00:00.000Z`.
  public var rfc3339: String {
    let (year, month, day) = date
    let milliseconds = microseconds.floorRemainder(by: 86_400_000_000) / 1000
    var text: [UInt8] = []
    text.reserveCapacity(24)
    text.append(year: year)
    text.append("-", month)
    text.append("-", day)
    text.append("T", milliseconds / 3_600_000)
    text.append(":", milliseconds / 60_000 % 60)
    text.append(":", milliseconds / 1000 % 60)
    text.append(".", milliseconds / 10 % 100)
    text.append(digit: milliseconds % 10)
    text.append(UInt8(ascii: "Z"))
    return String(decoding: text, as: UTF8.self)
  }

  /// Days since 1970-01-01 to a date, by eras of 400 years that begin on 1 March
  /// (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days).
  private static func civilDate(days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = days + 719_468
    let era = shifted.floorDivided(by: 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
  }
}

extension Int64 {
  /// The quotient rounded towards negative infinity; `divisor` is positive.
  fileprivate func floorDivided(by divisor: Int64) -> Int64 {
    self >= 0 ? self / divisor : (self + 1) / divisor - 1
  }

  /// What `floorDivided` leaves: from 0 to below `divisor`.
  fileprivate func floorRemainder(by divisor: Int64) -> Int64 {
    let remainder = self % divisor
    return remainder < 0 ? remainder + divisor : remainder
  }
}

extension [UInt8] {
  /// At least four digits.
  fileprivate mutating func append(year: Int64) {
    if year < 0 { append(UInt8(ascii: "-")) }
    let year = Int64(clamping: year.magnitude)
    if year >= 10_000 { append(contentsOf: String(year / 10_000).utf8) }
    append(digit: year / 1000 % 10)
    append(digit: year / 100 % 10)
    append(digit: year / 10 % 10)
    append(digit: year % 10)
  }

  /// What stands before a number, and its two digits.
  fileprivate mutating func append(_ before: Unicode.Scalar, _ number: Int64) {
    append(UInt8(ascii: before))
    append(digit: number / 10)
    append(digit: number % 10)
  }

  fileprivate mutating func append(digit: Int64) {
    append(UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: digit))
  }
}
