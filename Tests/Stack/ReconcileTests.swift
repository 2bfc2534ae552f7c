// dompet reconcile: what no webhook told is found by asking.

import Foundation
import Support
import Testing

@Suite("Reconciliation", .enabled(if: Stack.isBuilt, "needs the release build"))
struct ReconcileTests {
  @Test("credits everything that has been paid, in one pass and once, without any webhook")
  func withoutWebhooks() throws {
    let client = try Client(on: Stack(["--no-rate-limit"]))
    for number in 1...3 { try client.settle(client.topUp(10_000, key: "\(number)"), "PAID") }
    _ = try client.topUp(10_000, key: "unpaid")
    #expect(try client.balance() == "0.00")
    for _ in 1...2 {
      let result = try reconcile(client)
      #expect(result.status == 0, "\(result.errors)")
      #expect(try client.balance() == "30000.00")
    }
    #expect(try client.topUp(10_000, key: "unpaid").json["status"] as? String == "PENDING")
  }

  @Test("finds that an invoice has expired, and that it was paid after all")
  func late() throws {
    let client = try Client(on: Stack(["--no-rate-limit"]))
    let topUp = try client.topUp(10_000, key: "a")
    try client.settle(topUp, "EXPIRED")
    #expect(try reconcile(client).status == 0)
    #expect(try client.topUp(10_000, key: "a").json["status"] as? String == "EXPIRED")
    try client.settle(topUp, "PAID")
    #expect(try reconcile(client).status == 0)
    #expect(try client.topUp(10_000, key: "a").json["status"] as? String == "PAID")
    #expect(try client.balance() == "10000.00")
  }

  @Test("adopts the invoice of an answer that was lost, without making another")
  func lostAnswer() throws {
    let client = try Client(on: Stack(["--no-rate-limit"]))
    try client.fault("create", "lost_answer")
    #expect(try client.topUp(10_000, key: "a").status == 503)
    #expect(try reconcile(client).status == 0)
    let replay = try client.topUp(10_000, key: "a")
    #expect(replay.status == 201)
    #expect(replay.header("idempotent-replayed") == "true")
    #expect(try client.invoices().count == 1)
  }

  @Test("ends with 1 when Xendit cannot be asked, and goes on when it can")
  func outage() throws {
    let client = try Client(on: Stack(["--no-rate-limit"]))
    for number in 1...8 { try client.settle(client.topUp(10_000, key: "\(number)"), "PAID") }
    try client.faults(#"{"on":"list","mode":"status","status":500,"times":100}"#)
    let broken = try reconcile(client)
    #expect(broken.status == 1)
    #expect(broken.errors.contains("broken off"))
    try client.faults()
    #expect(try reconcile(client).status == 0)
    #expect(try client.balance() == "80000.00")
  }

  @Test("keeps for an operator what was paid with another amount")
  func otherAmount() throws {
    let client = try Client(on: Stack(["--no-rate-limit"]))
    let topUp = try client.topUp(10_000, key: "a")
    try client.settle(topUp, "PAID", #""paid_amount":9000"#)
    #expect(try reconcile(client).status == 0)
    #expect(try client.balance() == "0.00")
    #expect(try client.stack.sql("SELECT state FROM webhook_events") == ["review"])
  }

  @Test("ends an invoice whose making seemed lost and that appeared later, or credits it if paid")
  func appearedLate() throws {
    for isPaid in [false, true] {
      let client = try Client(on: Stack(["--no-rate-limit"]))
      try client.faults(#"{"on":"create","mode":"late","seconds":1,"times":1}"#)
      #expect(try client.topUp(10_000, key: "a").status == 503)
      let second = try client.topUp(10_000, key: "a")
      #expect(second.status == 201)
      let open = try #require(second.json["invoiceUrl"] as? String)
      let late = try #require(try appeared(client, beside: open))
      if isPaid { try client.settle(id: late, "PAID") }
      #expect(try reconcile(client).status == 0)
      #expect(try reconcile(client).status == 0)
      #expect(try client.balance() == (isPaid ? "10000.00" : "0.00"))
      let statuses = try client.invoices().compactMap { $0["status"] as? String }.sorted()
      #expect(statuses == (isPaid ? ["EXPIRED", "PAID"] : ["EXPIRED", "PENDING"]))
    }
  }

  /// The id of the invoice that is not the one to pay, once Xendit's look-up shows it.
  private func appeared(_ client: Client, beside url: String) throws -> String? {
    for _ in 0..<100 {
      let ids = try client.invoices().compactMap { $0["id"] as? String }
      if let other = ids.first(where: { !url.hasSuffix($0) }) {
        // The truth has it at once; the look-up a second later.
        usleep(1_500_000)
        return other
      }
      usleep(100_000)
    }
    return nil
  }

  @Test("finds a credit that a forged webhook got, rightly tokened, once")
  func forged() throws {
    let client = try Client(on: Stack(["--no-rate-limit"]))
    let topUp = try client.topUp(10_000, key: "a")
    let honest = try client.topUp(10_000, key: "b")
    try client.pay(honest)
    let reference = try #require(topUp.json["reference"] as? String)
    let forgery = try client.forgePayment(of: topUp)
    #expect(forgery.json["credited"] as? Bool == true)
    for unpaid in [1, 0] {
      let result = try reconcile(client)
      #expect(result.status == 0)
      #expect(result.errors.contains("\(unpaid) not paid at Xendit"))
    }
    let waiting = "SELECT reference FROM webhook_events WHERE state = 'review'"
    #expect(try client.stack.sql(waiting) == [reference])
  }

  @Test("runs beside the programs by itself")
  func alongside() throws {
    let stack = try Stack(["--no-rate-limit"])
    var process: pid_t?
    for _ in 0..<100 where process == nil {
      process = stack.processID(of: "dompet-reconcile")
      usleep(100_000)
    }
    #expect(kill(try #require(process), 0) == 0)
  }

  @Test("that a timer starts asks about what is due, says nothing if that is nothing, and is noted")
  func due() throws {
    let client = try Client(on: Stack(["--no-rate-limit"]))
    try client.settle(client.topUp(10_000, key: "a"), "PAID")
    let results = try (1...2).map { _ in try client.dompet("reconcile", "--due") }
    #expect(results.map(\.status) == [0, 0], "\(results)")
    #expect(try client.balance() == "10000.00")
    #expect(results[1].errors == "")
    #expect(try client.stack.sql("SELECT task FROM maintenance") == ["reconcile"])
  }

  @Test(
    "refuses to be at once what is due, for ever, and all since then",
    arguments: [["--every", "5"], ["--since", "2026-11-22T00:00:00Z"]])
  func contradiction(more: [String]) throws {
    let result = try runCommand(Checkout.program("dompet"), ["reconcile", "--due"] + more)
    #expect(result.status == 64)
    #expect(result.errors.contains("leave \(more[0]) out"))
  }

  @Test("refuses an interval that is none", arguments: ["0", "-1", "86401", "x"])
  func interval(text: String) throws {
    let result = try runCommand(Checkout.program("dompet"), ["reconcile", "--every", text])
    #expect(result.status == 64)
  }

  private func reconcile(_ client: Client) throws -> CommandResult {
    try client.dompet("reconcile")
  }
}
