// Every SQL statement of the system, read out of the sources: none can be forgotten in a list.

import Foundation
import Support
import Testing

/// A statement as it stands in a source file.
struct Statement: CustomTestStringConvertible {
  /// Below the checkout.
  let file: String
  let sql: String

  var testDescription: String { "\(file): \(oneLine)" }
  /// Without line breaks, so that a list can name a part that a line break may fall into.
  var oneLine: String { sql.split(whereSeparator: \.isWhitespace).joined(separator: " ") }
}

extension Statement {
  /// All that the programs run but the sandbox, which has a database of its own, and what only
  /// PostgreSQL is told.
  static let all = literals.filter { $0.sql.prefixMatch(of: verb) != nil }

  /// String literals that speak SQL but do not begin as a statement does.
  static let hidden = literals.filter {
    $0.sql.prefixMatch(of: verb) == nil && $0.sql.contains(clause)
  }

  private static let literals = sources.flatMap { file, text in
    text.matches(of: literal).map { found in
      let content = found.output.1 ?? found.output.2 ?? ""
      return Statement(file: file, sql: content.trimmingCharacters(in: .whitespacesAndNewlines))
    }
  }

  /// What is within three quotes, or within one.
  private static var literal: Regex<(Substring, Substring?, Substring?)> {
    /"""\n((?:(?!""")[\s\S])*)"""|"((?:[^"\\\n]|\\.)*)"/
  }

  private static var verb: Regex<(Substring, Substring)> {
    /(SELECT|INSERT|REPLACE|UPDATE|DELETE|WITH|VALUES)\s/
  }

  private static var clause: Regex<(Substring, Substring)> {
    /\b(FROM|WHERE|INTO|JOIN)\b/
  }

  /// The Swift files below Sources without their comments, which may quote.
  private static var sources: [(file: String, text: String)] {
    let paths = FileManager.default.enumerator(atPath: Checkout.root + "/Sources")
    let files = (paths?.allObjects ?? []).compactMap { $0 as? String }.sorted()
    return files.compactMap { file in
      guard file.hasSuffix(".swift"), !file.hasPrefix("dompet-sandbox/"),
        !file.hasPrefix("Storage/PostgreSQL/"),
        let text = try? String(contentsOfFile: Checkout.root + "/Sources/" + file, encoding: .utf8)
      else { return nil }
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      let code = lines.filter { !$0.drop { $0 == " " }.hasPrefix("//") }
      return (file: "Sources/" + file, text: code.joined(separator: "\n"))
    }
  }
}
