// Sends what a transcript says, to a stack of its own.

import Foundation
import Support

final class Replay {
  /// Every exchange with the API as it really went, for the description to be held against.
  private(set) var seen: [[String: Any]] = []
  private let stack: Stack
  private var holes: Holes

  init() throws {
    stack = try Stack()
    holes = Holes(["token:callback": stack.settings["XENDIT_WEBHOOK_TOKEN"] ?? ""])
  }

  /// Nil if the answer is as recorded; else what would have to be recorded.
  func run(_ exchange: Exchange) throws -> String? {
    let request = local(holes.fill(exchange.request))
    let answer =
      exchange.method == "$" ? try command(request) : try send(request, exchange)
    defer { holes.endExchange() }
    return holes.match(answer, exchange.answer) ? nil : holes.template(of: answer)
  }

  private func send(_ request: String, _ exchange: Exchange) throws -> String {
    let parts = request.components(separatedBy: "\n\n")
    let lines = parts[0].components(separatedBy: "\n")
    let words = lines[0].split(separator: " ")
    let headers = lines.dropFirst().map { line in
      let colon = line.firstRange(of: ": ") ?? line.endIndex..<line.endIndex
      return (String(line[..<colon.lowerBound]), String(line[colon.upperBound...]))
    }
    let body = parts.dropFirst().joined(separator: "\n\n")
    let answer = try HTTP.send(
      String(words[0]), String(words[1]), port: stack.port, headers: headers,
      body: body.isEmpty ? nil : Array(body.utf8))
    // Of OPTIONS and 405 the description says once for all calls what they do.
    if exchange.path.hasPrefix("/api/"), exchange.method != "OPTIONS", answer.status != 405 {
      note(exchange, body, answer)
    }
    return shown(answer)
  }

  private func note(_ exchange: Exchange, _ body: String, _ answer: HTTPAnswer) {
    seen.append([
      "title": exchange.title, "method": exchange.method, "path": exchange.path,
      "request": body, "status": answer.status, "answer": answer.text,
      "headers": Dictionary(answer.headers.map { ($0.name, $0.value) }) { $1 },
    ])
  }

  /// The answer as it is recorded: the standard's spelling of names, and the usual port.
  private func shown(_ answer: HTTPAnswer) -> String {
    let headers = answer.headers.filter { $0.name != "connection" }.map { name, value in
      let words = name.split(separator: "-").map { $0.capitalized }.joined(separator: "-")
      return "\(words.replacing("Www-", with: "WWW-")): \(value)"
    }
    let head = (["HTTP/1.1 \(answer.status)"] + headers).joined(separator: "\n")
    var text = answer.text.replacing("\r\n", with: "\n")
    if answer.header("content-type")?.hasPrefix("text/plain; version=") == true {
      // The figures differ from run to run; what they are does not.
      text = text.components(separatedBy: "\n").filter { $0.hasPrefix("# HELP") }
        .joined(separator: "\n")
    }
    return usual(text.isEmpty ? head : "\(head)\n\n\(text)")
  }

  private func command(_ line: String) throws -> String {
    let words = line.split(separator: " ").dropFirst().map(String.init)
    let settings = Stack.environment.merging(stack.settings) { $1 }
    let result = try runCommand(
      Checkout.program(words[0]), Array(words.dropFirst()), environment: settings)
    return usual(result.output.trimmingCharacters(in: .newlines))
  }

  private func local(_ text: String) -> String {
    text.replacing("127.0.0.1:8080", with: "127.0.0.1:\(stack.port)")
  }

  private func usual(_ text: String) -> String {
    text.replacing("127.0.0.1:\(stack.port)", with: "127.0.0.1:8080")
  }
}
