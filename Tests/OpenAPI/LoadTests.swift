// What each call answers when nginx speaks for the programs: too many requests, or nobody there.

import Foundation
import Support
import Testing

@Suite(
  "Described for trouble",
  .enabled(if: Description.isReadable && Stack.isBuilt, "needs Tests/run's packages and a build"))
struct LoadTests {
  private static let limited = Result { try Stack().keptUntilExit() }

  /// The limit on events is far above what a test can send.
  @Test(
    "is 429 while too many requests come",
    arguments: Description.operations.filter { !$0.isLocal && $0.security != ["callbackToken"] })
  func tooMany(_ operation: Operation) throws {
    let port = try Self.limited.get().port
    for _ in 0..<20 {
      try flood(operation, port)
      let answer = try HTTP.send(operation.method, concrete(operation.path), port: port)
      guard answer.status == 429 else { continue }
      #expect(operation.statuses.contains(429))
      #expect(answer.json["type"] as? String == "urn:dompet:problem:too-many-requests")
      #expect(answer.header("retry-after") != nil)
      return
    }
    Issue.record("never 429")
  }

  /// More requests than the limit has room for, on one connection; calls have different limits.
  private func flood(_ operation: Operation, _ port: UInt16) throws {
    let connection = try HTTPConnection(port: port)
    let method = operation.method == "GET" ? "HEAD" : "OPTIONS"
    let request = "\(method) \(concrete(operation.path)) HTTP/1.1\r\nHost: localhost\r\n\r\n"
    connection.write(Array(String(repeating: request, count: 150).utf8))
    for _ in 0..<150 { _ = try connection.readAnswer(isHead: method == "HEAD") }
  }

  private static let dead = Result {
    let stack = try Stack(["--no-rate-limit"]).keptUntilExit()
    for program in Stack.programs {
      try FileManager.default.removeItem(atPath: "\(stack.directory)/sockets/\(program).sock")
    }
    return stack
  }

  @Test("is 503 while no program is there", arguments: Description.operations.filter { !$0.isFile })
  func nobody(_ operation: Operation) throws {
    let port = try Self.dead.get().port
    let answer = try HTTP.send(operation.method, concrete(operation.path), port: port)
    #expect(answer.status == 503)
    #expect(operation.statuses.contains(503))
    #expect(answer.json["type"] as? String == "urn:dompet:problem:busy")
    #expect(answer.header("retry-after") != nil)
  }
}
