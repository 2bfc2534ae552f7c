// dompet.env, as it is installed, against the table in the README.

import Foundation
import Support
import Testing

@Suite("The installed settings")
struct SettingsTests {
  private let file: String

  init() throws {
    file = try String(
      contentsOfFile: Checkout.root + "/nginx/debian/dompet.env", encoding: .utf8)
  }

  @Test("name each variable of the README with its default", arguments: Variable.all)
  func variables(_ variable: Variable) {
    let lines = file.split(separator: "\n")
    switch variable.fallback {
    case let fallback where fallback.hasSuffix("secret"):
      #expect(lines.contains { $0.hasPrefix("#") && $0.contains(variable.name) })
      #expect(!lines.contains { $0.contains("\(variable.name)=") })
    case "required": #expect(lines.contains { $0.hasPrefix("\(variable.name)=") })
    case "none": #expect(lines.contains("#\(variable.name)="))
    default: #expect(lines.contains("#\(variable.name)=\(variable.fallback)"))
    }
  }

  @Test("are compared with a table that is found")
  func table() {
    #expect(Variable.all.count > 15)
  }
}

/// A variable in the README's section "Configuration".
struct Variable: CustomTestStringConvertible {
  let name: String
  /// As it is written there, of the program that is named first.
  let fallback: String
  var testDescription: String { name }

  static let all: [Variable] = {
    let readme = try? String(contentsOfFile: Checkout.root + "/README.md", encoding: .utf8)
    let section = readme?.components(separatedBy: "\n## ").first { $0.hasPrefix("Configuration") }
    return (section ?? "").split(separator: "\n").filter { $0.hasPrefix("| `") }.flatMap { line in
      let cells = line.split(separator: "|").map { $0.replacing("`", with: "") }
        .map { $0.trimmingCharacters(in: .whitespaces) }
      let names = cells[0].split(separator: ", ")
      let fallbacks = cells[2].split(separator: ", ")
      // Two variables have a default each, or the same; "required, secret" is one.
      let pairs = names.count == fallbacks.count && names.count > 1
      return names.indices.map { index in
        let fallback = pairs ? String(fallbacks[index]) : cells[2]
        return Variable(
          name: String(names[index]), fallback: String(fallback.prefix { $0 != ";" }))
      }
    }
    // It names this very file.
    .filter { $0.name != "DOMPET_CONFIG" }
  }()
}
