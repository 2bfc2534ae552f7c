// Values that differ from run to run, and the text around them.

import Foundation

/// A value of a kind: what stands in a transcript as `{kind}` or `{kind:name}`.
struct Holes {
  /// The kinds, and the form of each; a longer form comes before one that it contains.
  private static let kinds: [(name: String, form: String)] = [
    ("date", "[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} GMT"),
    ("time", "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z"),
    ("access", "eyJ[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+"),
    ("transaction", "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}-[1-9][0-9]*"),
    ("id", "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    ("reference", "(?:WTU|TRF)-[0-9]{8}-[0-9A-F]{16}"),
    ("request", "\\b[0-9a-f]{32}\\b"),
    ("refresh", "(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{64}(?![A-Za-z0-9_-])"),
    ("secret", "(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])"),
    ("invoice", "\\b[0-9a-f]{24}\\b"),
    ("length", "(?<=Content-Length: )[0-9]+"),
    ("wait", "(?<=Retry-After: )[0-9]+"),
  ]
  private static var hole: Regex<(Substring, Substring, Substring?)> {
    /\{([a-z]+)(?::([a-z0-9 -]+))?\}/
  }

  /// By `kind:name`.
  private var known: [String: String]

  init(_ known: [String: String]) {
    self.known = known
  }

  /// The text with all names replaced by their values.
  func fill(_ text: String) -> String {
    known.reduce(text) { $0.replacingOccurrences(of: "{\($1.key)}", with: $1.value) }
  }

  /// Whether the text is as the template says; if so, its new names have their values from now on.
  mutating func match(_ text: String, _ template: String) -> Bool {
    var pattern = "^"
    var names: [String] = []
    var rest = template[...]
    while let next = rest.firstMatch(of: Self.hole) {
      pattern += NSRegularExpression.escapedPattern(for: String(rest[..<next.range.lowerBound]))
      rest = rest[next.range.upperBound...]
      let form = Self.kinds.first { $0.name == next.1 }?.form ?? "(?!)"
      let name = next.2.map { "\(next.1):\($0)" }
      if let name, let value = known[name] {
        pattern += NSRegularExpression.escapedPattern(for: value)
      } else if let name, let index = names.firstIndex(of: name) {
        pattern += "\\\(index + 1)"
      } else if let name {
        names.append(name)
        pattern += "(\(form))"
      } else {
        pattern += "(?:\(form))"
      }
    }
    pattern += NSRegularExpression.escapedPattern(for: String(rest)) + "$"
    guard let expression = try? NSRegularExpression(pattern: pattern),
      let found = expression.firstMatch(
        in: text, range: NSRange(text.startIndex..., in: text))
    else { return false }
    for (index, name) in names.enumerated() {
      known[name] = Range(found.range(at: index + 1), in: text).map { String(text[$0]) }
    }
    return true
  }

  /// A template of the text: known values as their names, others as their kinds.
  func template(of text: String) -> String {
    var made = text
    for (name, value) in known.sorted(by: { $0.value.count > $1.value.count }) {
      made = made.replacingOccurrences(of: value, with: "{\(name)}")
    }
    for (name, form) in Self.kinds {
      made = made.replacingOccurrences(of: form, with: "{\(name)}", options: .regularExpression)
    }
    return made
  }

  /// Forgets what lasts no longer than an exchange.
  mutating func endExchange() {
    known = known.filter { !$0.key.hasPrefix("request:") }
  }
}
