// When the sandbox does not start, and whom it does not serve.

import Foundation
import Support
import Testing

@Suite(.enabled(if: Rig.isBuilt, "needs dompet-sandbox beside the tests"))
struct StartTests {
  @Test(
    "it does not start beside a live key", arguments: ["xnd_production_abc", "XND_Production_x"])
  func liveKey(key: String) throws {
    let result = try start(["XENDIT_SECRET_KEY": key])
    #expect(result.status == 78)
    #expect(result.errors.contains("XENDIT_SECRET_KEY is a live key"))
    #expect(!result.errors.contains(key))
  }

  @Test("all mistakes of its configuration are reported together")
  func allMistakes() throws {
    let result = try start([
      "SANDBOX_DATABASE_URL": "sqlite:relative", "XENDIT_SECRET_KEY": "",
      "SANDBOX_WEBHOOK_URL": "ftp://x", "SANDBOX_TIME_SCALE": "0", "WORKER_THREADS": "many",
      "SANDBOX_ALLOW": "some",
    ])
    #expect(result.status == 78)
    #expect(result.errors.split(separator: "\n").count == 6)
  }

  @Test("a database that cannot be opened is a matter of configuration")
  func noDatabase() throws {
    let result = try start(["SANDBOX_DATABASE_URL": "sqlite:/nowhere/at/all.db"])
    #expect(result.status == 78)
    #expect(result.errors.contains("cannot open the database"))
  }

  @Test("only this machine is served, unless it is told otherwise")
  func address() throws {
    let local = try Rig()
    #expect(try HTTP.send("GET", "/elsewhere", port: local.port).status == 403)
    let open = try Rig(environment: ["SANDBOX_ALLOW": "any"])
    #expect(try HTTP.send("GET", "/elsewhere", port: open.port).status == 200)
  }

  @Test("an unknown path is 404, another method 405 with those that there are")
  func routes() throws {
    let rig = try Rig()
    #expect(try rig.call("GET", "/nothing")?.status == 404)
    #expect(try rig.call("GET", "/v2/invoices/a/b")?.status == 404)
    let answer = try rig.call("PATCH", "/control/faults")
    #expect(answer?.status == 405)
    #expect(answer?.header("allow") == "GET, PUT, DELETE, HEAD")
    #expect(try HTTP.send("HEAD", "/sandbox/style.css", port: rig.port).status == 200)
  }

  private func start(_ environment: [String: String]) throws -> CommandResult {
    let valid = [
      "SANDBOX_DATABASE_URL": "sqlite:/nowhere/sandbox.db",
      "XENDIT_SECRET_KEY": "xnd_development_x",
      "XENDIT_WEBHOOK_TOKEN": "token", "SANDBOX_PUBLIC_URL": "http://127.0.0.1/sandbox",
      "SANDBOX_WEBHOOK_URL": "http://127.0.0.1/webhook",
    ]
    return try runCommand(
      Rig.program, environment: valid.merging(environment) { $1 }, timeoutSeconds: 20)
  }
}
