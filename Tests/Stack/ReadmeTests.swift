// The README's commands, run against the product: they must answer as the README says.

import Foundation
import Support
import Testing

@Suite("The README", .enabled(if: Stack.isBuilt, "needs the release build"))
struct ReadmeTests {
  /// A command and what the README shows as its output.
  private struct Sample {
    let command: String
    var output: [String]
  }

  @Test("shows a session that goes exactly so")
  func session() throws {
    let stack = try Stack()
    let samples = try samples()
    #expect(samples.count >= 8)
    let answers = try run(samples.map(\.command), on: stack)
    for (sample, answer) in zip(samples, answers) {
      let expected = sample.output.joined(separator: "\n")
      #expect(plain(answer) == plain(expected), "\(sample.command)")
    }
  }

  @Test("names every setting that the programs read, and no other")
  func settings() throws {
    let sources = try FileManager.default.subpathsOfDirectory(atPath: Checkout.root + "/Sources")
      .filter { $0.hasSuffix(".swift") && !$0.hasPrefix("dompet-sandbox") }
      .map { try String(contentsOfFile: Checkout.root + "/Sources/" + $0, encoding: .utf8) }
      .joined()
    let read = Set(sources.matches(of: /"([A-Z][A-Z_]+_[A-Z_]+)"/).map { String($0.1) })
      .filter { name in
        // What arrives with a request, and what systemd, sudo and CGI set.
        !["HTTP_", "REQUEST_", "CONTENT_", "REMOTE_", "DOCUMENT_", "HEALTH_", "GATEWAY_", "QUERY_"]
          .contains { name.hasPrefix($0) }
          && !["CREDENTIALS_DIRECTORY", "SUDO_USER"].contains(name)
          && !["TOP_UP", "TRANSFER_IN", "TRANSFER_OUT"].contains(name)
      }
    let table = try readme().components(separatedBy: "## Configuration")[1]
      .components(separatedBy: "## Tests")[0]
    let rows = table.split(separator: "\n").filter { $0.hasPrefix("| `") }
    let named = rows.flatMap { row in
      row.split(separator: "|")[0].matches(of: /`([A-Z_]+)`/).map { String($0.1) }
    }
    #expect(read.subtracting(named) == [])
    #expect(Set(named).subtracting(read) == [])
  }

  @Test("names tests that there are, for each item of the security table")
  func securityTests() throws {
    let section = try readme().components(separatedBy: "## Security")[1]
      .components(separatedBy: "\n## ")[0]
    let rows = section.split(separator: "\n").filter { $0.firstMatch(of: /^\| V\d/) != nil }
    #expect(rows.count > 30)
    for row in rows {
      let named = row.matches(of: /`([A-Z][A-Za-z]+\/[A-Za-z]+Tests)`/).map { String($0.1) }
      #expect(!named.isEmpty, "\(row)")
      for name in named {
        let path = "\(Checkout.root)/Tests/\(name).swift"
        #expect(FileManager.default.fileExists(atPath: path), "\(name)")
      }
    }
  }

  private func readme() throws -> String {
    try String(contentsOfFile: Checkout.root + "/README.md", encoding: .utf8)
  }

  /// The lines of all `console` blocks; what follows `$ ` is a command.
  private func samples() throws -> [Sample] {
    var samples: [Sample] = []
    for block in try readme().components(separatedBy: "```console\n").dropFirst() {
      for line in block.components(separatedBy: "```")[0].split(separator: "\n") {
        if line.hasPrefix("$ ") {
          samples.append(Sample(command: String(line.dropFirst(2)), output: []))
        } else {
          samples[samples.count - 1].output.append(String(line))
        }
      }
    }
    return samples
  }

  /// Runs the commands in one shell; between the blocks the payer pays, as the text says.
  private func run(_ commands: [String], on stack: Stack) throws -> [String] {
    let pay = """
      case $answer in *invoiceUrl*PENDING*|*PENDING*invoiceUrl*)
        curl -s -X POST "$(sed 's/.*"invoiceUrl":"\\([^"]*\\)".*/\\1/' <<< "$answer")/pay";;
      esac
      """
    let script = commands.map { command in
      let local = command.replacing("127.0.0.1:8080", with: "127.0.0.1:\(stack.port)")
      let isAssignment = command.firstMatch(of: /^[a-z]+=/) != nil
      return isAssignment
        ? "\(local)\necho; echo ===="
        : "answer=$(\(local)); echo \"$answer\"; echo ====\n\(pay)"
    }.joined(separator: "\n")
    let result = try runCommand("bash", ["-c", script])
    return result.output.replacing("127.0.0.1:\(stack.port)", with: "127.0.0.1:8080")
      .components(separatedBy: "====\n").dropLast().map {
        $0.trimmingCharacters(in: .whitespacesAndNewlines)
      }
  }

  /// Without what differs from run to run: ids, times, references, tokens.
  private func plain(_ text: String) -> String {
    text.replacing(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/, with: "UUID")
      .replacing(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/, with: "TIME")
      .replacing(/WTU-\d{8}-[0-9A-F]{16}/, with: "WTU")
      .replacing(/"requestId":"[0-9a-f]{32}"/, with: "ID")
      .replacing(/web\/[0-9a-f]{24}/, with: "web/INVOICE")
  }
}
