// Recorded exchanges: one file for each call of the API, with whole requests and whole answers.
//
//     ### What happens
//     > POST /api/v1/auth/login        the request; Host and Content-Length are added
//     > Content-Type: application/json
//     >
//     > {"username":"ana.wijaya", …}
//     < HTTP/1.1 200                   the answer
//     < Date: {date}
//     < …
//
// What differs from run to run stands as `{kind}`, or `{kind:name}` where the same value comes
// again: an answer gives the name its value, later requests and answers use it.

import Foundation
import Support
import Testing

/// What is sent, and what must come back.
struct Exchange {
  let title: String
  let request: String
  var answer: String

  /// Such as `POST`; `$` for a command of the operator.
  var method: String { String(request.prefix { $0 != " " }) }
  var path: String {
    String(request.split(separator: "\n")[0].split(separator: " ")[1].prefix { $0 != "?" })
  }
  var status: Int {
    answer.split(separator: " ").dropFirst().first.flatMap { Int($0.prefix(3)) } ?? 0
  }
  var requestBody: String { Self.body(request) }
  var answerBody: String { Self.body(answer) }

  private static func body(_ message: String) -> String {
    message.components(separatedBy: "\n\n").dropFirst().joined(separator: "\n\n")
  }
}

/// A file of exchanges.
struct Transcript: Sendable, CustomTestStringConvertible {
  /// Its name without the number that orders the files, which is the call's `operationId`.
  var operation: String { String(name.split(separator: ".")[1]) }
  let name: String
  var testDescription: String { name }

  static let folder = Checkout.root + "/Tests/OpenAPI/Transcripts"

  static let all: [Transcript] = {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { $0.hasSuffix(".txt") }.sorted().map { Transcript(name: $0) }
  }()

  func read() throws -> [Exchange] {
    try String(contentsOfFile: "\(Self.folder)/\(name)", encoding: .utf8)
      .components(separatedBy: "### ").dropFirst().map { text in
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        func message(_ mark: Character) -> String {
          lines.filter { $0.first == mark }.map { $0.dropFirst(2) }.joined(separator: "\n")
        }
        return Exchange(
          title: String(lines[0]), request: message(">"), answer: message("<"))
      }
  }

  func write(_ exchanges: [Exchange]) throws {
    func marked(_ mark: String, _ message: String) -> String {
      message.components(separatedBy: "\n").map { $0.isEmpty ? mark : "\(mark) \($0)" }
        .joined(separator: "\n")
    }
    let text = exchanges.map {
      "### \($0.title)\n\(marked(">", $0.request))\n\(marked("<", $0.answer))\n"
    }.joined(separator: "\n")
    try text.write(toFile: "\(Self.folder)/\(name)", atomically: true, encoding: .utf8)
  }
}
