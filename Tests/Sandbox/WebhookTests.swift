// Webhooks: what is in them, when they are tried again, and what a payment may do.

import Foundation
import Support
import Testing

@Suite(.enabled(if: Rig.isBuilt, "needs dompet-sandbox beside the tests"))
struct WebhookTests {
  let rig: Rig
  let id: String

  init() throws {
    rig = try Rig()
    id = try rig.create(["description": "Top-up", "metadata": ["wallet": "w1"]])
  }

  @Test("a payment's webhook has arrived, with Xendit's headers and body, before the call answers")
  func paid() throws {
    let answer = try set(#"{"status": "PAID"}"#)
    #expect(answer.json["status"] as? String == "PAID")
    #expect(answer.json["webhook_answers"] as? [String] == ["200"])
    let webhook = try #require(rig.shop.received.first)
    #expect(webhook.head.hasPrefix("POST /webhook HTTP/1.1"))
    #expect(webhook.header("x-callback-token") == Rig.webhookToken)
    #expect(webhook.header("content-type") == "application/json")
    #expect(webhook.header("webhook-id")?.isEmpty == false)
    #expect(webhook.json["id"] as? String == id)
    #expect(webhook.json["external_id"] as? String == "WTU-1")
    #expect(webhook.status == "PAID")
    #expect(webhook.body.contains(#""amount":50000,"#))
    #expect(webhook.body.contains(#""paid_amount":50000,"#))
    #expect(webhook.json["paid_at"] as? String == answer.json["paid_at"] as? String)
    #expect(webhook.json["payment_method"] as? String == "EWALLET")
  }

  @Test("amount and currency of a payment are whatever a test wants")
  func odd() throws {
    _ = try set(#"{"status": "PAID", "paid_amount": 50000.000000000000001, "currency": "PHP"}"#)
    let webhook = try #require(rig.shop.received.first)
    #expect(webhook.body.contains(#""paid_amount":50000.000000000000001,"#))
    #expect(webhook.json["currency"] as? String == "PHP")
    #expect(try rig.invoice(id)["currency"] as? String == "PHP")
  }

  @Test("copies are the same event, all sent at once")
  func copies() throws {
    let answer = try set(#"{"status": "PAID", "copies": 20}"#)
    #expect((answer.json["webhook_answers"] as? [String])?.count == 20)
    #expect(rig.shop.received.count == 20)
    #expect(Set(rig.shop.received.map(\.body)).count == 1)
    #expect(Set(rig.shop.received.map { $0.header("webhook-id") }).count == 1)
  }

  @Test("a webhook may be left out, and the webhook-id too")
  func left() throws {
    let silent = try set(#"{"status": "PAID", "webhook": false}"#)
    #expect(silent.json["webhook_answers"] as? [String] == [])
    #expect(rig.shop.received.isEmpty)
    _ = try rig.control("PUT", "switches", #"{"webhook_id_header": false}"#)
    _ = try set(#"{"status": "SETTLED"}"#)
    #expect(rig.shop.received.map(\.status) == ["SETTLED"])
    #expect(rig.shop.received[0].header("webhook-id") == nil)
  }

  @Test("an expired invoice is paid late")
  func latePayment() throws {
    _ = try rig.call("POST", "/invoices/\(id)/expire!")
    #expect(try set(#"{"status": "PAID"}"#).json["status"] as? String == "PAID")
    #expect(rig.shop.received.map(\.status) == ["PAID"])
    #expect(try rig.invoice(id)["status"] as? String == "PAID")
  }

  @Test("what is paid stays paid", arguments: [["PAID", "EXPIRED"], ["SETTLED", "PAID"]])
  func staysPaid(statuses: [String]) throws {
    _ = try set(#"{"status": "\#(statuses[0])", "webhook": false}"#)
    let json = #"{"status": "\#(statuses[1])"}"#
    let answer = try rig.call("POST", "/control/invoices/\(id)", json: json, key: nil)
    #expect(answer?.status == 409)
    #expect(try rig.invoice(id)["status"] as? String == statuses[0])
    #expect(rig.shop.received.isEmpty)
  }

  @Test("a failure is followed by six retries of the same event, and no more")
  func retries() throws {
    rig.shop.from(now: .answers(500))
    #expect(try set(#"{"status": "PAID"}"#).json["webhook_answers"] as? [String] == ["500"])
    try rig.awaitQuiet()
    #expect(rig.shop.received.count == 7)
    #expect(Set(rig.shop.received.map(\.body)).count == 1)
    #expect(Set(rig.shop.received.map { $0.header("webhook-id") }).count == 1)
  }

  @Test("any 2XX ends the retries", arguments: [200, 204, 299])
  func delivered(status: Int) throws {
    _ = try rig.control("PUT", "faults", #"[{"on": "webhook", "mode": "reset", "times": 2}]"#)
    rig.shop.from(now: .answers(status))
    #expect(try set(#"{"status": "PAID"}"#).json["webhook_answers"] as? [String] == ["reset"])
    try rig.awaitQuiet()
    #expect(rig.shop.received.count == 1)
    #expect(try rig.webhooks().first?["tries"] as? Int == 3)
  }

  @Test("a time-out is not tried again, unless the switch says so", arguments: [false, true])
  func timeout(retried: Bool) throws {
    let switches = #"{"webhook_timeout_seconds": 1, "retry_timeouts": \#(retried)}"#
    _ = try rig.control("PUT", "switches", switches)
    rig.shop.from(now: .staysSilent)
    let answer = try set(#"{"status": "PAID"}"#)
    #expect(answer.json["webhook_answers"] as? [String] == ["time-out"])
    rig.shop.from(now: .answers(200))
    try rig.awaitQuiet()
    #expect(rig.shop.received.count >= (retried ? 2 : 1))
    #expect(try rig.webhooks().first?["answer"] as? String == (retried ? "200" : "time-out"))
  }

  @Test("a retry survives a kill -9")
  func restart() throws {
    let slow = try Rig(timeScale: 900)
    let id = try slow.create()
    slow.shop.from(now: .answers(503))
    _ = try slow.control("POST", "invoices/\(id)", #"{"status": "PAID"}"#)
    slow.shop.from(now: .answers(200))
    try slow.killAndRestart()
    try slow.awaitQuiet()
    #expect(slow.shop.received.map(\.status) == ["PAID", "PAID"])
  }

  @Test("EXPIRED is told only where the account opted in", arguments: [false, true])
  func expired(optedIn: Bool) throws {
    _ = try rig.control("PUT", "switches", #"{"expired_webhook": \#(optedIn)}"#)
    _ = try rig.create(["invoice_duration": 1], externalID: "short")
    _ = try rig.call("POST", "/invoices/\(id)/expire!")
    try eventually {
      try rig.control("GET", "invoices").jsonArray.allSatisfy {
        $0["status"] as? String == "EXPIRED"
      }
    }
    try rig.awaitQuiet()
    #expect(rig.shop.received.map(\.status) == (optedIn ? ["EXPIRED", "EXPIRED"] : []))
    #expect(rig.shop.received.allSatisfy { $0.json["paid_at"] == nil })
  }

  @Test("an EXPIRED webhook may bear a payment's fields")
  func expiredFields() throws {
    _ = try rig.control("PUT", "switches", #"{"expired_payment_fields": true}"#)
    _ = try set(#"{"status": "EXPIRED"}"#)
    let webhook = try #require(rig.shop.received.first)
    #expect(webhook.status == "EXPIRED")
    #expect(webhook.json["paid_amount"] as? Int == 0)
    #expect(webhook.json["paid_at"] is String)
  }

  @Test("each fault of a webhook", arguments: webhookFaults)
  func faults(mode: String, answer: String, sent: Int) throws {
    let rule = #"[{"on": "webhook", "mode": "\#(mode)", "seconds": 0.2, "status": 503}]"#
    _ = try rig.control("PUT", "faults", rule)
    let answers = try set(#"{"status": "PAID"}"#).json["webhook_answers"] as? [String]
    #expect(answers == [answer])
    try rig.awaitQuiet()
    let received = rig.shop.received
    #expect(received.count == sent)
    #expect(received.allSatisfy { $0.header("x-callback-token") == Rig.webhookToken })
    switch mode {
    case "garbage", "html": #expect(received[0].json.isEmpty)
    case "huge": #expect(received[0].body.utf8.count > 2_000_000)
    default: #expect(received.allSatisfy { $0.status == "PAID" })
    }
  }

  @Test(
    "a control call that means nothing is refused",
    arguments: [
      "{", "{}", #"{"status": "PENDING"}"#, #"{"status": "FAILED"}"#,
      #"{"status": "PAID", "x": 1}"#,
      #"{"status": "PAID", "copies": 0}"#, #"{"status": "PAID", "paid_amount": "1"}"#,
    ])
  func refused(json: String) throws {
    let answer = try rig.call("POST", "/control/invoices/\(id)", json: json, key: nil)
    #expect(answer?.status == 400)
    #expect(try rig.invoice(id)["status"] as? String == "PENDING")
  }

  @Test("an unknown invoice cannot be paid")
  func unknown() throws {
    let answer = try rig.call(
      "POST", "/control/invoices/nobody", json: #"{"status": "PAID"}"#, key: nil)
    #expect(answer?.status == 404)
  }

  private func set(_ json: String) throws -> HTTPAnswer {
    try rig.control("POST", "invoices/\(id)", json)
  }
}

/// Mode, what the first try is met by, and how many arrive in the end.
private let webhookFaults = [
  ("reset", "reset", 1), ("slow", "200", 1), ("status", "503", 2), ("garbage", "200", 1),
  ("html", "200", 1), ("huge", "200", 1), ("lost_answer", "time-out", 1), ("late", "late", 1),
]
