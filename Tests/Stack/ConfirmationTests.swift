// CONFIRM_ABOVE: a larger credit waits until Xendit itself has said that it was paid.

import Support
import Testing

@Suite("A credit above CONFIRM_ABOVE", .enabled(if: Stack.isBuilt, "needs the release build"))
struct ConfirmationTests {
  private let client: Client

  init() throws {
    client = try Client(
      on: Stack(["--no-rate-limit"], environment: ["CONFIRM_ABOVE": "20000"]))
  }

  @Test("waits for Xendit's word; one up to it does not")
  func waits() throws {
    let (large, small) = (try client.topUp(20_001, key: "a"), try client.topUp(20_000, key: "b"))
    // The reconciliation that runs beside the programs gets no answer meanwhile.
    try client.faults(#"{"on":"list","mode":"status","status":500,"times":1000}"#)
    for topUp in [large, small] { try client.pay(topUp) }
    #expect(try metrics().contains(#"so large that the provider is asked first"} 1"#))
    #expect(try client.balance() == "20000.00")
    #expect(try client.topUp(20_001, key: "a").json["status"] as? String == "PENDING")
    try client.faults()
    let result = try client.dompet("reconcile")
    #expect(result.status == 0)
    #expect(try client.balance() == "40001.00")
    #expect(try client.dompet("review").output == "nothing waits for review\n")
  }

  @Test("is never made on the word of a forged webhook, which comes before an operator")
  func forged() throws {
    let topUp = try client.topUp(50_000, key: "a")
    let answer = try client.forgePayment(of: topUp)
    #expect(answer.status == 200)
    #expect(answer.json["credited"] as? Bool == false)
    #expect(try client.dompet("reconcile").status == 0)
    #expect(try client.balance() == "0.00")
    #expect(try client.dompet("review").output.contains("but is not so at the provider"))
    #expect(try metrics().contains(#"is not so at the provider"} 1"#))
    try client.pay(topUp)
    #expect(try client.dompet("reconcile").status == 0)
    #expect(try client.balance() == "50000.00")
    #expect(try client.dompet("verify").status == 0)
  }

  private func metrics() throws -> String {
    let answer = try HTTP.send("GET", "/metrics/webhook", port: client.stack.port)
    #expect(answer.status == 200)
    #expect(answer.header("content-type")?.hasPrefix("text/plain; version=0.0.4") == true)
    return answer.text
  }
}
