// Times as others write them: `2024-11-28T06:41:29.776Z`.

extension Timestamp {
  /// A date and time of RFC 3339, section 5.6, with any offset, in years 1 to 9999. Digits beyond
  /// microseconds are dropped.
  public init?(rfc3339 text: String) {
    guard text.utf8.count <= 64 else { return nil }
    var scanner = Scanner(text)
    guard let year = scanner.digits(4), year >= 1, scanner.skip("-"),
      let month = scanner.digits(2), (1...12).contains(month), scanner.skip("-"),
      let day = scanner.digits(2), day >= 1, day <= Timestamp.days(of: month, in: year),
      scanner.skip("Tt "),
      let hour = scanner.digits(2), hour <= 23, scanner.skip(":"),
      let minute = scanner.digits(2), minute <= 59, scanner.skip(":"),
      let second = scanner.digits(2), second <= 60,  // a leap second is the next one's beginning
      let microseconds = scanner.fraction(), let offsetMinutes = scanner.offsetMinutes(),
      scanner.isAtEnd
    else { return nil }
    let days = Timestamp.days(year: year, month: month, day: day)
    let minutes = (days * 24 + hour) * 60 + minute - offsetMinutes
    self.init(microseconds: (minutes * 60 + second) * 1_000_000 + microseconds)
  }

  private static func days(of month: Int64, in year: Int64) -> Int64 {
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    return switch month {
    case 2: isLeap ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// Days since 1970-01-01, counted from 1 March of the year 0, so that a leap day is a year's last
  /// (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil).
  private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
    let shiftedYear = month <= 2 ? year - 1 : year
    let monthFromMarch = (month + 9) % 12
    let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
    return shiftedYear * 365 + shiftedYear / 4 - shiftedYear / 100 + shiftedYear / 400
      + dayOfYear - 719_468
  }
}

/// Reads a text from front to end.
private struct Scanner {
  private let bytes: [UInt8]
  private var position = 0

  init(_ text: String) {
    bytes = Array(text.utf8)
  }

  var isAtEnd: Bool { position == bytes.count }

  /// Exactly so many digits.
  mutating func digits(_ count: Int) -> Int64? {
    guard bytes.count - position >= count else { return nil }
    var number: Int64 = 0
    for byte in bytes[position..<position + count] {
      guard byte.isDigit else { return nil }
      number = number * 10 + Int64(byte - 48)
    }
    position += count
    return number
  }

  /// One of these characters.
  mutating func skip(_ characters: String) -> Bool {
    guard !isAtEnd, characters.utf8.contains(bytes[position]) else { return false }
    position += 1
    return true
  }

  /// A point and at least one digit, or nothing; in microseconds.
  mutating func fraction() -> Int64? {
    guard skip(".") else { return 0 }
    var place: Int64 = 100_000
    var microseconds: Int64 = 0
    guard let first = digits(1) else { return nil }
    var next: Int64? = first
    while let digit = next {
      microseconds += digit * place
      place /= 10
      next = digits(1)
    }
    return microseconds
  }

  /// `Z`, or hours and minutes ahead of UTC.
  mutating func offsetMinutes() -> Int64? {
    if skip("Zz") { return 0 }
    let isBehind = skip("-")
    guard isBehind || skip("+"), let hours = digits(2), hours <= 23, skip(":"),
      let minutes = digits(2), minutes <= 59
    else { return nil }
    return (hours * 60 + minutes) * (isBehind ? -1 : 1)
  }
}
