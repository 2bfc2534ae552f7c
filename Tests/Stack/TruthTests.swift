// dompet verify --sandbox: the ledger held against the sandbox's own books.

import Foundation
import Support
import Testing

@Suite("dompet verify --sandbox", .enabled(if: Stack.isBuilt, "needs the release build"))
final class TruthTests {
  let client: Client
  private let reconciliation: pid_t

  /// The reconciliation that runs beside the programs would mend what is to be found: it sleeps.
  init() throws {
    client = try Client(on: Stack(["--no-rate-limit"]))
    reconciliation = try #require(client.stack.processID(of: "dompet-reconcile"))
    kill(reconciliation, SIGSTOP)
  }

  deinit { kill(reconciliation, SIGCONT) }

  @Test("agrees after payments that were credited")
  func agreed() throws {
    for number in 1...3 { try client.pay(client.topUp(10_000, key: "\(number)")) }
    _ = try client.topUp(10_000, key: "unpaid")
    let result = try dompet("verify")
    #expect(result.status == 0, "\(result.errors)")
    #expect(
      result.errors.contains("3 paid invoices at the sandbox: 3 credited, 0 otherwise known of"))
  }

  @Test("finds a payment whose webhook was lost, until it is reconciled")
  func uncredited() throws {
    let topUp = try client.topUp(10_000, key: "a")
    try client.settle(topUp, "PAID")
    let before = try dompet("verify")
    #expect(before.status == 1)
    #expect(before.errors.contains("OFF  invoice \(try invoice(of: topUp)): was paid (10000 IDR, "))
    #expect(try dompet("reconcile").status == 0)
    #expect(try dompet("verify").status == 0)
  }

  @Test("finds a credit that nobody paid, until an operator knows of it")
  func unpaid() throws {
    let topUp = try client.topUp(10_000, key: "a")
    let id = try invoice(of: topUp)
    let reference = try #require(topUp.json["reference"] as? String)
    let token = try #require(client.stack.settings["XENDIT_WEBHOOK_TOKEN"])
    _ = try HTTP.send(
      "POST", "/api/v1/payments/webhooks/xendit", port: client.stack.port,
      headers: [("X-Callback-Token", token)],
      json: #"{"id":"\#(id)","external_id":"\#(reference)","status":"PAID","amount":10000}"#)
    let before = try dompet("verify")
    #expect(before.status == 1)
    #expect(before.errors.contains("credits 10000 IDR for invoice \(id), which was not paid"))
    #expect(try dompet("reconcile").status == 0)
    let after = try dompet("verify")
    #expect(after.status == 0, "\(after.errors)")
    #expect(after.errors.contains("0 credited, 1 otherwise known of"))
  }

  @Test("counts a payment that waits for an operator, or was dismissed, as known")
  func reviewed() throws {
    let topUp = try client.topUp(10_000, key: "a")
    try client.settle(topUp, "PAID", #""paid_amount":9000"#)
    #expect(try dompet("reconcile").status == 0)
    #expect(try dompet("verify").errors.contains("0 credited, 1 otherwise known of"))
    let dismissal = ["resolve", "1", "--dismiss", "--reason", "x", "--operator", "ana"]
    #expect(try dompet("review", dismissal).status == 0)
    #expect(try dompet("verify").status == 0)
  }

  @Test("says what to give when the URL is not the sandbox's")
  func elsewhere() throws {
    let url = "http://127.0.0.1:\(client.stack.port)/api/v1"
    let result = try dompet("verify", ["--sandbox", url])
    #expect(result.status == 1)
    #expect(result.errors.contains("answers 404. Give the URL of a running sandbox"))
  }

  private func invoice(of topUp: HTTPAnswer) throws -> String {
    let url = try #require(topUp.json["invoiceUrl"] as? String)
    return try #require(url.split(separator: "/").last.map(String.init))
  }

  private func dompet(_ command: String, _ arguments: [String]? = nil) throws -> CommandResult {
    let settings = Stack.environment.merging(client.stack.settings) { $1 }
    let url = try #require(settings["XENDIT_BASE_URL"])
    let usual = command == "verify" ? ["--sandbox", url] : []
    return try runCommand(
      Checkout.program("dompet"), [command] + (arguments ?? usual), environment: settings)
  }
}
