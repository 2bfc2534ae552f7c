// What the provider may do to a top-up, and how a repeat of the request goes on from there.

import Foundation
import Support
import Programs
import Testing

@Suite("The provider", .enabled(if: Site.isBuilt, Site.notBuilt))
struct ProviderTests {
  private let till: Till

  init() throws {
    till = try Till()
  }

  private func expectUnavailable(_ answer: Answer, _ comment: String = "") {
    expectProblem(answer, 503, "provider-unavailable", comment)
  }

  @Test(
    "that refuses for good makes it 502 and FAILED, and so it stays", arguments: ["400", "404"])
  func refused(status: String) throws {
    till.provider.fail(.answer("\(status) No", body: #"{"error_code":"X","message":"canary"}"#))
    let answer = try till.ask(keys: "key-1")
    expectProblem(answer, 502, "provider-refused")
    #expect(!answer.text.contains("canary"))
    #expect(answer.header("idempotent-replayed") == nil)
    #expect(try till.rows() == ["FAILED|0|0"])
    let again = try till.ask(keys: "key-1")
    expectProblem(again, 502, "provider-refused")
    #expect(again.header("idempotent-replayed") == "true")
    #expect(till.provider.creates == 1)
    till.expectCreated(try till.ask(keys: "key-2"))
  }

  @Test(
    "that refuses us, or all for now, makes it 503, and a repeat goes on",
    arguments: ["401 No", "403 No", "429 Slow", "302 Elsewhere", "500 Oops", "502 Bad", "503 Busy"])
  func trouble(status: String) throws {
    till.provider.fail(.answer(status, body: #"{"error_code":"CANARY","message":"canary"}"#))
    let answer = try till.ask(keys: "key-1")
    expectUnavailable(answer)
    #expect(!answer.text.lowercased().contains("canary"))
    #expect(try till.rows() == ["PENDING|0|0"])
    till.expectCreated(try till.ask(keys: "key-1"))
    #expect(till.provider.creates == 2)
    #expect(till.provider.lookUps == 1)
    #expect(try till.rows() == ["PENDING|1|0"])
  }

  static let garbage: [Provider.Fault] = [
    .reset, .answer("200 OK"), .answer("200 OK", body: "<html>OK</html>"),
    .answer("200 OK", body: "null"), .answer("200 OK", body: "{}"), .answer("200 OK", body: "[]"),
    .answer("200 OK", body: #"{"id":"1","id":"2"}"#),
    .answer("200 OK", body: String(repeating: "[", count: 100_000)),
    .answer("201 Created", body: String(repeating: " ", count: 2 << 20)),
    .answer("204 No Content"),
  ]

  @Test("that answers nothing or nonsense makes it 503, and a repeat goes on", arguments: 0..<10)
  func nonsense(number: Int) throws {
    till.provider.fail(Self.garbage[number])
    expectUnavailable(try till.ask(keys: "key-1"), "\(Self.garbage[number])")
    #expect(try till.rows() == ["PENDING|0|0"])
    till.expectCreated(try till.ask(keys: "key-1"))
  }

  @Test("whose invoice lacks what is needed makes it 503, never 201 without a link")
  func incomplete() throws {
    for (text, replacement) in [
      (#""invoice_url":"https:"#, #""invoice_url":null,"x":"https:"#),
      (#""invoice_url":"https:"#, #""invoice_url":"","x":"https:"#),
      (#""invoice_url":"https:"#, #""x":"https:"#), (#"{"id":"#, #"{"x":"#),
    ] {
      let till = try Till()
      till.provider.fail(.edited(text, replacement))
      expectUnavailable(try till.ask(keys: "key-1"), replacement)
      till.expectCreated(try till.ask(keys: "key-1"))
      #expect(till.provider.creates == 1)
    }
  }

  @Test("whose answer is about another top-up makes it 503, and its invoice is not taken")
  func otherReference() throws {
    till.provider.fail(.edited(#""external_id":"WTU-"#, #""external_id":"WTX-"#))
    expectUnavailable(try till.ask(keys: "key-1"))
    #expect(try till.rows() == ["PENDING|0|0"])
  }

  @Test("whose answer is about another amount makes it 503, and its invoice is not taken")
  func otherAmount() throws {
    till.provider.fail(.edited(#""amount":50000"#, #""amount":5000"#))
    expectUnavailable(try till.ask(keys: "key-1"))
    #expect(try till.rows() == ["PENDING|0|0"])
  }

  @Test("whose answer was lost has its invoice found by a repeat, and no other one is made")
  func lostAnswer() throws {
    till.provider.fail(.lostAnswer)
    expectUnavailable(try till.ask(keys: "key-1"))
    till.expectCreated(try till.ask(keys: "key-1"))
    #expect(till.provider.creates == 1)
    #expect(till.provider.lookUps == 1)
    till.expectCreated(try till.ask(keys: "key-1"), replayed: true)
    #expect(till.provider.requests.count == 2)
  }

  @Test("that cannot be asked for the invoice makes it 503 again, and no other one is made")
  func lostLookUp() throws {
    till.provider.fail(
      .lostAnswer, .reset, .answer("404 No"), .answer("400 No"), .answer("200 OK", body: "{}"),
      .answer("401 No"))
    for _ in 0..<6 { expectUnavailable(try till.ask(keys: "key-1")) }
    #expect(till.provider.creates == 1)
    till.expectCreated(try till.ask(keys: "key-1"))
    #expect(till.provider.creates == 1)
  }

  @Test("that finds the invoice paid already has it credited by the repeat")
  func foundPaid() throws {
    till.provider.fail(.lostAnswer)
    expectUnavailable(try till.ask(keys: "key-1"))
    till.provider.edit(#""status":"PENDING""#, #""status":"PAID","paid_amount":50000"#)
    till.expectCreated(try till.ask(keys: "key-1"), status: "PAID")
    #expect(try till.account.balance(in: till.site) == 50_000)
    till.expectCreated(try till.ask(keys: "key-1"), replayed: true, status: "PAID")
    #expect(try till.account.balance(in: till.site) == 50_000)
  }

  @Test("whose lost invoice is reported EXPIRED does not lead to 201 without a link")
  func lostAndExpired() throws {
    till.provider.fail(.lostAnswer)
    expectUnavailable(try till.ask(keys: "key-1"))
    let reference = try till.site.sql("SELECT reference FROM wallet_top_ups")[0]
    let answer = try till.site.start("dompet-webhook").post(
      MethodTests.webhook, headers: [("X-Callback-Token", Site.webhookToken)],
      json: Desk.event("EXPIRED", id: "lost", reference: reference, paid: nil))
    #expect(answer.status == 200)
    let again = try till.ask(keys: "key-1")
    #expect(again.status != 201 || again.string("invoiceUrl") != nil, "\(again.text)")
  }

  @Test("whose lost invoice is reported PAID has it credited, and a repeat is answered PAID")
  func lostAndPaid() throws {
    till.provider.fail(.lostAnswer)
    expectUnavailable(try till.ask(keys: "key-1"))
    let reference = try till.site.sql("SELECT reference FROM wallet_top_ups")[0]
    let answer = try till.site.start("dompet-webhook").post(
      MethodTests.webhook, headers: [("X-Callback-Token", Site.webhookToken)],
      json: Desk.event("PAID", id: "lost", reference: reference))
    #expect(answer.json["credited"] as? Bool == true)
    let again = try till.ask(keys: "key-1")
    // There is nothing left to pay, so it may lack a link.
    #expect(again.status == 201 && again.string("status") == "PAID", "\(again.text)")
    #expect(try till.account.balance(in: till.site) == 50_000)
    #expect(till.provider.creates == 1)
  }

  @Test("that reports the payment before it has answered the creation credits once")
  func paidBeforeAnswer() throws {
    let till = till
    till.provider.hold()
    let first = Shared<Answer?>(nil)
    let hasEnded = Shared(false)
    Thread.detachNewThread {
      let answer = try? till.ask(keys: "key-1")
      first.withLock { $0 = answer }
      hasEnded.withLock { $0 = true }
    }
    till.provider.awaitHeld(1)
    let reference = try till.site.sql("SELECT reference FROM wallet_top_ups")[0]
    let webhook = try till.site.start("dompet-webhook")
    let headers = [("X-Callback-Token", Site.webhookToken)]
    let event = Desk.event(id: "fast", reference: reference)
    let answer = try webhook.post(MethodTests.webhook, headers: headers, json: event)
    #expect(answer.json["credited"] as? Bool == true)
    till.provider.letGo()
    while !hasEnded.withLock({ $0 }) { usleep(1000) }
    till.expectCreated(try #require(first.withLock { $0 }), status: "PAID")
    #expect(try till.account.balance(in: till.site) == 50_000)
  }
}
