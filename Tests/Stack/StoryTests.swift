// The whole story, as a person lives it, and what may happen in the middle of it.

import Foundation
import Support
import Testing

@Suite(
  "A top-up, from registration to money", .enabled(if: Stack.isBuilt, "needs the release build"))
struct StoryTests {
  @Test("ends with the money in the wallet, once")
  func story() throws {
    let client = try Client(on: Stack.shared.get())
    #expect(try client.balance() == "0.00")
    let topUp = try client.topUp(50_000, key: "a")
    #expect(topUp.status == 201)
    #expect(topUp.json["status"] as? String == "PENDING")
    #expect(topUp.json["amount"] as? String == "50000")
    try client.pay(topUp)
    #expect(try client.balance() == "50000.00")
    try client.pay(topUp)
    #expect(try client.balance() == "50000.00")
    #expect(try client.topUp(50_000, key: "a").json["status"] as? String == "PAID")
  }

  @Test("goes on after an answer of Xendit was lost, with the invoice that was made")
  func lostAnswer() throws {
    let stack = try Stack(["--no-rate-limit"])
    let client = try Client(on: stack)
    try client.fault("create", "lost_answer")
    let first = try client.topUp(50_000, key: "a")
    #expect(first.status == 503)
    #expect(first.header("retry-after") != nil)
    let second = try client.topUp(50_000, key: "a")
    #expect(second.status == 201)
    #expect(second.header("idempotent-replayed") == nil)
    #expect(try client.invoices().count == 1)
    try client.pay(second)
    #expect(try client.balance() == "50000.00")
  }

  @Test("makes a new invoice if the first call was lost before Xendit had it")
  func lostCall() throws {
    let stack = try Stack(["--no-rate-limit"])
    let client = try Client(on: stack)
    try client.fault("create", "reset")
    #expect(try client.topUp(50_000, key: "a").status == 503)
    #expect(try client.topUp(50_000, key: "a").status == 201)
    #expect(try client.invoices().count == 1)
  }

  @Test("is FAILED when Xendit refuses, and says so again", arguments: [400, 404])
  func refused(status: Int) throws {
    let stack = try Stack(["--no-rate-limit"])
    let client = try Client(on: stack)
    try client.fault("create", "status", status: status)
    let first = try client.topUp(50_000, key: "a")
    let second = try client.topUp(50_000, key: "a")
    #expect(first.status == 502 && second.status == 502)
    #expect(second.header("idempotent-replayed") == "true")
  }

  @Test("stays open when Xendit makes no sense", arguments: ["garbage", "html", "huge"])
  func nonsense(mode: String) throws {
    let stack = try Stack(["--no-rate-limit"])
    let client = try Client(on: stack)
    try client.fault("create", mode)
    #expect(try client.topUp(50_000, key: "a").status == 503)
    let second = try client.topUp(50_000, key: "a")
    #expect(second.status == 201)
    #expect(second.json["invoiceUrl"] as? String != nil)
  }

  @Test("credits what is paid after every program was killed, and started again")
  func killed() throws {
    let stack = try Stack(["--no-rate-limit"])
    let client = try Client(on: stack)
    let topUp = try client.topUp(50_000, key: "a")
    for program in Stack.programs {
      kill(try #require(stack.processID(of: program)), SIGKILL)
    }
    try client.pay(topUp)
    // A connection that a killed program had taken is lost; the sandbox sends its event again.
    try client.pay(topUp)
    #expect(try client.balance() == "50000.00")
  }

  @Test("keeps secrets out of every log, and finds one that was planted")
  func secrets() throws {
    let stack = try Stack(["--no-rate-limit"])
    let client = try Client(on: stack)
    let topUp = try client.topUp(50_000, key: "a")
    try client.pay(topUp)
    _ = try? HTTP.send("GET", "/api/v1/wallets/me?token=\(client.token)x", port: stack.port)
    let names = ["JWT_ACCESS_SECRET", "XENDIT_SECRET_KEY", "XENDIT_WEBHOOK_TOKEN"]
    let secrets = names.compactMap { stack.settings[$0] } + [client.password, client.refreshToken]
    #expect(secrets.count == 5 && secrets.allSatisfy { $0.utf8.count >= 16 })
    let places = ["\(stack.directory)/logs", "\(stack.directory)/nginx"]
    for secret in secrets {
      #expect(try find(secret, in: places) == [])
    }
    let planted = "\(stack.directory)/logs/planted.log"
    try "x\(secrets[0])x".write(toFile: planted, atomically: true, encoding: .utf8)
    #expect(try find(secrets[0], in: places) == [planted])
    #expect(try onCommandLines(secrets) == [])
  }

  private func find(_ text: String, in places: [String]) throws -> [String] {
    try runCommand("grep", ["-rlaF", "--", text] + places).output.split(separator: "\n")
      .map(String.init)
  }

  private func onCommandLines(_ secrets: [String]) throws -> [String] {
    let lines = try runCommand("ps", ["-eww", "-o", "args"]).output
    return secrets.filter { lines.contains($0) && !lines.contains("grep -rlaF -- \($0)") }
  }
}
