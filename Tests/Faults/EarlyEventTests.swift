// A payment that is faster than the answer to the call which made its invoice.

import Foundation
import Programs
import Support
import Testing

@Suite(
  "An invoice that is paid before its making is answered",
  .enabled(if: Stack.isBuilt && Checkout.isBuilt("dompet"), "needs swift build -c release"))
struct EarlyEventTests {
  @Test("is credited by its event, once, and the late answer, or a repeat, disturbs nothing")
  func early() throws {
    let teller = try Teller()
    let rounds = 3 * Scale.factor
    var credits: [String] = []
    for mode in ["slow", "lost_answer", "late"] {
      for _ in 0..<rounds { credits.append(try credited(mode, teller)) }
    }
    try teller.expectClean()
    #expect(credits.allSatisfy { $0 == "1" }, "\(credits)")
    Report.fault(
      "paid before the create call was answered", tried: credits.count,
      lost: credits.count { $0 == "0" }, doubled: credits.count { $0 != "0" && $0 != "1" })
  }

  /// - Returns: how often it was credited in the end.
  private func credited(_ mode: String, _ teller: Teller) throws -> String {
    let key = UUID().uuidString.lowercased()
    try teller.openGate()
    try teller.setFaults([#"{"on":"create","mode":"\#(mode)","seconds":1}"#])
    let status = Shared<Int?>(nil)
    let ask = teller.asking
    Thread.detachNewThread {
      let answer = (try? ask(key)) ?? 0
      status.withLock { $0 = answer }
    }
    let reference = try text(of: key) { try teller.reference(of: key) }
    let invoice = try text(of: key) { try teller.invoices(of: reference).first?.id ?? "" }
    // One that appears late cannot be paid before.
    _ = try text(of: key) { try teller.pay(invoice, byWebhook: true) ? "paid" : "" }
    while status.withLock({ $0 == nil }) { usleep(1000) }
    #expect(status.withLock { $0 } == (mode == "slow" ? 201 : 503))
    #expect(try teller.repeatedly(key) == 201)
    #expect(try teller.reconcile().status == 0)
    #expect(try teller.invoices(of: reference).map(\.status) == ["PAID"])
    let end = "SELECT status FROM wallet_top_ups WHERE idempotency_key = '\(key)'"
    #expect(try teller.sql(end) == "PAID")
    return try teller.credits(of: reference)
  }

  /// The first text that is not empty.
  private func text(of key: String, _ look: () throws -> String) throws -> String {
    for _ in 0..<1000 {
      let found = try look()
      if !found.isEmpty { return found }
      usleep(10_000)
    }
    throw CheckerFailure(message: "nothing is found for \(key)")
  }
}
