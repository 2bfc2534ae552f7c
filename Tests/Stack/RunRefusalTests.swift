// nginx/run: what it refuses, with a status of sysexits.h and words that help.

import Support
import Testing

@Suite("nginx/run refuses", withoutStore)
struct RunRefusalTests {
  @Test(
    "what it does not understand",
    arguments: [
      ["--prot", "8080"], ["--port"], ["--port", "0"], ["--port", "65536"], ["--port", "http"],
      ["--directory"], ["--directory", ""], ["8080"],
    ])
  func usage(_ arguments: [String]) throws {
    let result = try run(arguments)
    #expect(result.status == 64)
    #expect(result.errors.hasPrefix("nginx/run: "))
    #expect(result.output.isEmpty)
  }

  @Test("nothing to somebody who asks for help")
  func help() throws {
    let result = try run(["--help"])
    #expect(result.status == 0)
    #expect(result.output.contains("--no-rate-limit"))
  }

  @Test("to go without the sandbox and without Xendit's secrets", .enabled(if: Stack.isBuilt))
  func noSandbox() throws {
    let directory = try TemporaryDirectory()
    let result = try run(["--no-build", "--no-sandbox", "--directory", directory.path])
    #expect(result.status == 78)
    #expect(result.errors.contains("XENDIT_SECRET_KEY XENDIT_WEBHOOK_TOKEN"))
  }

  @Test("the sandbox beside a live key", .enabled(if: Stack.isBuilt))
  func liveKey() throws {
    let directory = try TemporaryDirectory()
    let result = try run(
      ["--no-build", "--directory", directory.path], ["XENDIT_SECRET_KEY": "xnd_production_x"])
    #expect(result.status == 78)
    #expect(result.errors.contains("--no-sandbox"))
  }

  @Test("a port that is taken", .enabled(if: Stack.isBuilt))
  func busyPort() throws {
    let port = try Stack.shared.get().port
    let directory = try TemporaryDirectory()
    let result = try run(["--no-build", "--port", "\(port)", "--directory", directory.path])
    #expect(result.status == 69)
    #expect(result.errors.contains("port \(port)"))
  }

  @Test("a folder that is in use", .enabled(if: Stack.isBuilt))
  func busyDirectory() throws {
    let stack = try Stack.shared.get()
    let result = try run(
      ["--no-build", "--port", "\(try freePort())", "--directory", stack.directory])
    #expect(result.status == 69)
    #expect(result.errors.contains("runs already"))
    #expect(try HTTP.send("GET", "/healthz", port: stack.port).status == 200)
  }

  @Test("to go on when a program cannot start, and shows why", .enabled(if: Stack.isBuilt))
  func badSetting() throws {
    let directory = try TemporaryDirectory()
    let result = try run(
      ["--no-build", "--port", "\(try freePort())", "--directory", directory.path],
      ["JWT_ACCESS_SECRET": "short"])
    #expect(result.status == 78)
    #expect(result.errors.contains("JWT_ACCESS_SECRET"))
  }

  private func run(
    _ arguments: [String], _ settings: [String: String] = [:]
  ) throws -> CommandResult {
    try runCommand(
      Checkout.root + "/nginx/run", arguments,
      environment: Stack.environment.merging(settings) { $1 })
  }
}
