// Strangers' tools: random requests made from the description, and attacks on the SQL behind it.

import Foundation
import Support
import Testing

@Suite(
  "Strangers' tools find nothing",
  .enabled(if: Description.isReadable && Stack.isBuilt, "needs Tests/run's packages and a build"))
struct StrangerTests {
  /// DOMPET_TEST_SCALE multiplies the cases, and makes them others each time.
  @Test(
    "schemathesis: every answer to a random request is one that is described",
    .enabled(if: Python.tool("st") != nil, "Tests/run installs it"))
  func schemathesis() throws {
    let stack = try Stack(["--no-rate-limit"])
    // What has once been seen is used in requests: the session's own id too.
    let own = "endSession"
    let cases = try run(on: stack, examples: 100, "--exclude-operation-id", own)
    _ = try run(on: stack, examples: 20, "--include-operation-id", own)
    #expect(cases >= 2000 * Scale.factor)
    #expect(try failures(in: stack) == [])
  }

  /// How many cases there were.
  /// - Parameter examples: for each call; the coverage of the limits comes on top.
  private func run(
    on stack: Stack, examples: Int, _ more: String...
  ) throws -> Int {
    let tool = try #require(Python.tool("st"))
    let seed = Scale.factor == 1 ? 1 : Int.random(in: 1..<1_000_000)
    let folder = try TemporaryDirectory()
    let arguments = [
      "--config-file", Checkout.root + "/Tests/OpenAPI/schemathesis.toml", "run", Description.path,
      "--url", "http://127.0.0.1:\(stack.port)", "--seed", "\(seed)", "--continue-on-failure",
      "--max-examples", "\(examples * Scale.factor)",
    ]
    var environment = Stack.environment
    environment["ACCESS_TOKEN"] = try Person(on: stack).token
    environment["CALLBACK_TOKEN"] = stack.settings["XENDIT_WEBHOOK_TOKEN"]
    let result = try runCommand(
      "env", ["--chdir", folder.path, tool] + arguments + more, environment: environment,
      timeoutSeconds: 600 * Double(Scale.factor))
    #expect(result.status == 0, "\(result.output.suffix(6000))")
    return result.output.firstMatch(of: /(\d+) generated/).flatMap { Int($0.1) } ?? 0
  }

  /// Statuses from 500 on that nginx has logged, but those that say "ask again" or "refused".
  private func failures(in stack: Stack) throws -> Set<Int> {
    stack.stop()
    let log = try String(
      contentsOfFile: stack.directory + "/logs/nginx-access.log", encoding: .utf8)
    let statuses = log.matches(of: /"status":(\d+)/).compactMap { Int($0.1) }
    #expect(statuses.count > 2000)
    return Set(statuses.filter { $0 >= 500 && ![502, 503].contains($0) })
  }

  private static let targets: [(name: String, path: String, body: String)] = [
    ("status", "/api/v1/payments/wallet-top-ups?status=PAID*&limit=2*", ""),
    ("id", "/api/v1/payments/wallet-top-ups/00000000-0000-7000-8000-000000000000*", ""),
    ("username", "/api/v1/auth/login", #"{"username":"ana*","password":"kuda besar sekali"}"#),
    (
      "email", "/api/v1/auth/register", #"{"email":"a*","username":"ana*","password":"kuda besar"}"#
    ),
    ("type", "/api/v1/wallets/me/transactions?type=TOP_UP*&from=2026-01-01T00:00:00Z*", ""),
  ]
  private static let sqlmap = "/usr/bin/sqlmap"

  @Test(
    "sqlmap: no parameter reaches the SQL",
    .enabled(
      if: Scale.factor > 1 && FileManager.default.isExecutableFile(atPath: sqlmap),
      "Tests/run --long installs and runs it"),
    arguments: targets.indices)
  func injection(_ index: Int) throws {
    let target = Self.targets[index]
    let stack = try Stack(["--no-rate-limit"])
    let ana = try Person(on: stack)
    let folder = try TemporaryDirectory()
    var arguments = [
      "-u", "http://127.0.0.1:\(stack.port)\(target.path)", "--batch", "--level", "3",
      "--risk", "3", "--dbms", "sqlite", "--ignore-code", "*", "--output-dir", folder.path,
      "--disable-coloring",
      "-H", "Authorization: Bearer \(ana.token)",
    ]
    if !target.body.isEmpty {
      arguments += ["--data", target.body, "-H", "Content-Type: application/json"]
    }
    let result = try runCommand(
      Self.sqlmap, arguments, environment: Stack.environment, timeoutSeconds: 1800)
    #expect(result.output.contains("do not appear to be injectable"), "\(target.name)")
    #expect(!result.output.contains("sqlmap identified"), "\(target.name)")
  }
}
