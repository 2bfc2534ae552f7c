// The query of a list call: `statuses` in the three ways that clients write lists, times in
// ISO 8601, a limit that Xendit's SDK sends as `10.0`.

import Domain
import JSON

extension InvoiceFilter {
  init(_ query: [(name: String, value: String)]) throws(APIError) {
    var reader = QueryReader(query: query)
    externalID = reader.text("external_id")
    lastInvoice = reader.text("last_invoice")
    quotedStatuses = reader.statuses()
    createdAfter = reader.time("created_after")
    createdBefore = reader.time("created_before")
    paidAfter = reader.time("paid_after")
    paidBefore = reader.time("paid_before")
    expiresAfter = reader.time("expired_after")
    expiresBefore = reader.time("expired_before")
    limit = reader.limit()
    if !reader.mistakes.isEmpty { throw .validation(reader.mistakes) }
  }
}

private struct QueryReader {
  let query: [(name: String, value: String)]
  var mistakes: [Mistake] = []

  func text(_ name: String) -> String? {
    query.first { $0.name == name && !$0.value.isEmpty }?.value
  }

  /// `statuses=PAID&statuses=SETTLED`, `statuses[]=PAID` or `statuses=["PAID","SETTLED"]`.
  mutating func statuses() -> String? {
    let sent = query.filter { $0.name == "statuses" || $0.name == "statuses[]" }
    let names = sent.flatMap { parameter -> [String] in
      let list = try? JSONValue.parse(Array(parameter.value.utf8)).array
      return list.map { $0.map { $0.string ?? "" } } ?? [parameter.value]
    }
    for name in names where Invoice.Status(rawValue: name) == nil {
      note("statuses", "must be PENDING, PAID, SETTLED or EXPIRED")
    }
    return names.isEmpty ? nil : names.map { "\"\($0)\"" }.joined()
  }

  mutating func time(_ name: String) -> Timestamp? {
    guard let text = text(name) else { return nil }
    let time = Timestamp(iso8601: text)
    if time == nil { note(name, "must be in ISO 8601 format") }
    return time
  }

  mutating func limit() -> Int64 {
    guard let text = text("limit") else { return 10 }
    if let number = Double(text), number == number.rounded(), (1...100).contains(number) {
      return Int64(number)
    }
    note("limit", "must be from 1 to 100")
    return 10
  }

  private mutating func note(_ name: String, _ message: String) {
    mistakes.append(Mistake(path: name, message: "\"\(name)\" \(message)"))
  }
}

extension Timestamp {
  /// `2024-11-28`, `2024-11-28T06:40:26Z`, `2024-11-28T06:40:26.508123+07:00`; UTC where no zone
  /// is given. nil for anything else.
  init?(iso8601 text: String) {
    let parts = text.split(separator: "T", maxSplits: 1, omittingEmptySubsequences: false)
    let date = parts[0].split(separator: "-", omittingEmptySubsequences: false).map(digits)
    guard date.count == 3, let year = date[0], let month = date[1], let day = date[2],
      (1970...9999).contains(year), (1...12).contains(month), (1...31).contains(day)
    else { return nil }
    let time = parts.count > 1 ? microsecondsOfDay(parts[1]) : 0
    guard let time else { return nil }
    self.init(microseconds: daysSince1970(year, month, day) * 86_400_000_000 + time)
  }
}

private func microsecondsOfDay(_ text: Substring) -> Int64? {
  var clock = text
  var offsetMinutes: Int64 = 0
  if clock.hasSuffix("Z") {
    clock = clock.dropLast()
  } else if let sign = clock.firstIndex(where: { $0 == "+" || $0 == "-" }) {
    let zone = clock[clock.index(after: sign)...].filter { $0 != ":" }
    guard zone.utf8.count == 4, let hours = digits(zone.prefix(2)),
      let minutes = digits(zone.suffix(2)), hours < 24, minutes < 60
    else { return nil }
    offsetMinutes = (hours * 60 + minutes) * (clock[sign] == "+" ? 1 : -1)
    clock = clock[..<sign]
  }
  let parts = clock.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
  let fields = parts[0].split(separator: ":", omittingEmptySubsequences: false).map(digits)
  guard fields.count == 3, let hour = fields[0], let minute = fields[1], let second = fields[2],
    hour < 24, minute < 60, second < 61
  else { return nil }
  guard let fraction = parts.count > 1 ? sixDigits(parts[1]) : 0 else { return nil }
  return ((hour * 60 + minute - offsetMinutes) * 60 + second) * 1_000_000 + fraction
}

private func sixDigits(_ fraction: Substring) -> Int64? {
  digits((fraction + "000000").prefix(6))
}

private func digits(_ text: some StringProtocol) -> Int64? {
  let isPlain = (1...9).contains(text.utf8.count) && text.utf8.allSatisfy { (48...57).contains($0) }
  return isPlain ? Int64(text) : nil
}

/// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil.
private func daysSince1970(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
  let shifted = month <= 2 ? year - 1 : year
  let era = shifted / 400
  let yearOfEra = shifted - era * 400
  let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
  return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
}
