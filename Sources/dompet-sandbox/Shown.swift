// Money and time in the words of a payer in Indonesia.

import Domain

extension Invoice {
  /// `Rp 50.000`, as it is written in Indonesia; other currencies by their code.
  var shownAmount: String {
    let parts = amount.split(separator: ".", maxSplits: 1)
    let whole = parts.first.map(String.init) ?? "0"
    let decimals = parts.count > 1 ? ",\(parts[1])" : ""
    return "\(currency == "IDR" ? "Rp" : currency) \(grouped(whole))\(decimals)"
  }
}

extension Timestamp {
  /// Western Indonesian time (UTC+7), with the exact moment for machines.
  var shown: String {
    let (year, month, day) = local.date
    let name = months.indices.contains(Int(month) - 1) ? months[Int(month) - 1] : "?"
    return element("\(day) \(name) \(year), \(clock)")
  }

  /// The same without the day.
  var shownClock: String { element(clock) }

  private var local: Timestamp { adding(seconds: 7 * 3600) }

  private var clock: String { "\(local.rfc3339.dropFirst(11).prefix(5)) WIB" }

  private func element(_ words: String) -> String {
    "<time datetime=\"\(rfc3339)\">\(words)</time>"
  }
}

/// How long a payer still has, rounded down to two of a unit at least: `23 hours left`.
func timeLeft(seconds: Int64) -> String {
  let minutes = seconds / 60
  switch minutes {
  case 2880...: return "\(minutes / 1440) days left"
  case 120...: return "\(minutes / 60) hours left"
  case 2...: return "\(minutes) minutes left"
  case 1: return "1 minute left"
  default: return "less than a minute left"
  }
}

private let months = [
  "January", "February", "March", "April", "May", "June", "July", "August", "September",
  "October", "November", "December",
]

private func grouped(_ digits: String) -> String {
  var text = ""
  for (index, digit) in digits.enumerated() {
    if index > 0, (digits.count - index) % 3 == 0 { text.append(".") }
    text.append(digit)
  }
  return text
}
