// A top-up whose outcome at Xendit is not known, asked for again: what was made there is found,
// nothing is made twice to be paid, and nothing paid is forgotten.

import Foundation
import Support
import Testing

@Suite("A top-up that is resumed", .enabled(if: Stack.isBuilt, "needs the release build"))
struct ResumeTests {
  @Test(
    "keeps for an operator an invoice that was paid with another amount, or in another currency")
  func paidOtherwise() throws {
    for payment in [#""paid_amount":49999"#, #""currency":"USD""#] {
      let stack = try Stack(["--no-rate-limit"])
      let client = try Client(on: stack)
      try client.fault("create", "lost_answer")
      #expect(try client.topUp(50_000, key: "a").status == 503)
      let id = try #require(try client.invoices().first?["id"] as? String)
      _ = try HTTP.send(
        "POST", "/sandbox/control/invoices/\(id)", port: stack.port,
        json: #"{"status":"PAID","webhook":false,\#(payment)}"#)
      _ = try client.topUp(50_000, key: "a")
      #expect(try events(stack) == ["review"])
      #expect(try client.balance() == "0.00")
    }
  }

  @Test("credits an invoice that was paid meanwhile")
  func paidMeanwhile() throws {
    let stack = try Stack(["--no-rate-limit"])
    let client = try Client(on: stack)
    try client.fault("create", "lost_answer")
    _ = try client.topUp(50_000, key: "a")
    let id = try #require(try client.invoices().first?["id"] as? String)
    _ = try HTTP.send(
      "POST", "/sandbox/control/invoices/\(id)", port: stack.port,
      json: #"{"status":"PAID","webhook":false}"#)
    #expect(try client.topUp(50_000, key: "a").json["status"] as? String == "PAID")
    #expect(try client.balance() == "50000.00")
    #expect(try events(stack) == ["settled"])
  }

  @Test("leaves one invoice to pay, however many were made")
  func surplus() throws {
    let stack = try Stack(["--no-rate-limit"])
    let client = try Client(on: stack)
    try client.faults(
      #"{"on":"create","mode":"lost_answer","times":2}"#,
      #"{"on":"list","mode":"list_lag","seconds":600,"times":1}"#)
    #expect(try client.topUp(50_000, key: "a").status == 503)
    #expect(try client.topUp(50_000, key: "a").status == 503)
    #expect(try client.topUp(50_000, key: "a").status == 201)
    let statuses = try client.invoices().compactMap { $0["status"] as? String }
    #expect(statuses.sorted() == ["EXPIRED", "PENDING"])
  }

  @Test("is not FAILED when Xendit refuses a second invoice, since the first may be there")
  func refusedSecond() throws {
    let stack = try Stack(["--no-rate-limit"])
    let client = try Client(on: stack)
    _ = try HTTP.send(
      "PUT", "/sandbox/control/switches", port: stack.port, json: #"{"unique_external_id":true}"#)
    try client.faults(
      #"{"on":"create","mode":"lost_answer","times":1}"#,
      #"{"on":"list","mode":"list_lag","seconds":600,"times":1}"#)
    #expect(try client.topUp(50_000, key: "a").status == 503)
    #expect(try client.topUp(50_000, key: "a").status == 503)
    #expect(try client.topUp(50_000, key: "a").status == 201)
  }

  /// The states of all stored events.
  private func events(_ stack: Stack) throws -> [String] {
    try stack.sql("SELECT state FROM webhook_events ORDER BY id")
  }
}
