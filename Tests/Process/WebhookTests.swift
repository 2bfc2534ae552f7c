// Xendit's events: who may bring one, what is kept of it, and when it becomes money.

import Foundation
import Support
import Programs
import Testing

/// The webhook's program with one account that wants 50000.
struct Desk {
  let site: Site
  let program: Program
  let account: Account

  init(threads: Int = 4) throws {
    site = try Site(["XENDIT_WEBHOOK_TOKEN_PREVIOUS": "the-token-before-this-one"])
    program = try site.start("dompet-webhook", threads: threads)
    account = try site.makeAccount()
    try site.makeTopUp(of: account)
  }

  /// An event as Xendit sends it; what is nil is left out.
  static func event(
    _ status: String = "PAID", id: String? = TopUpSample.invoiceID,
    reference: String? = TopUpSample.reference, amount: String? = "50000",
    paid: String? = "50000", currency: String? = #""IDR""#
  ) -> String {
    let members = [
      ("id", id.map { "\"\($0)\"" }), ("external_id", reference.map { "\"\($0)\"" }),
      ("status", "\"\(status)\""), ("amount", amount), ("paid_amount", paid),
      ("currency", currency), ("payment_channel", #""DANA""#), ("items", "[{}]"),
    ]
    return "{"
      + members.compactMap { pair in pair.1.map { "\"\(pair.0)\":\($0)" } }
      .joined(separator: ",") + "}"
  }

  @discardableResult
  func send(_ body: String, tokens: [String] = [Site.webhookToken]) throws -> Answer {
    try program.post(
      MethodTests.webhook, headers: tokens.map { ("X-Callback-Token", $0) }, json: body)
  }

  /// What became of the events: `state|reason` of each, in the order of their arrival.
  func journal() throws -> [String] {
    try site.sql("SELECT state, coalesce(reason, '') FROM webhook_events ORDER BY id")
  }

  /// The status of the sample top-up and the wallet's balance.
  func books() throws -> [String] {
    try site.sql(
      """
      SELECT t.status, w.balance, w.sequence FROM wallet_top_ups AS t
      JOIN wallets AS w ON w.id = t.wallet_id WHERE t.reference = '\(TopUpSample.reference)'
      """)
  }

  func expectReceived(
    _ answer: Answer, credited: Bool, _ status: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let text = #"{"received":true,"credited":\#(credited),"status":"\#(status)"}"#
    #expect(answer.status == 200, sourceLocation: sourceLocation)
    #expect(answer.text == text, sourceLocation: sourceLocation)
  }
}

@Suite("An event", .enabled(if: Site.isBuilt, Site.notBuilt))
struct WebhookTests {
  private let desk: Desk

  init() throws {
    desk = try Desk()
  }

  @Test("without the right token, or with two, is 401 and not kept")
  func tokens() throws {
    let token = Site.webhookToken
    for tokens in [
      [], [""], ["wrong"], [token + " "], [" " + token], [token.uppercased()],
      [String(token.dropLast())], [token + "x"], [token, token], ["wrong", token],
      [token, "the-token-before-this-one"], [String(repeating: "t", count: 64_000)],
      ["\u{1F600}"], ["\(token),\(token)"],
    ] {
      expectProblem(try desk.send(Desk.event(), tokens: tokens), 401, "unauthorized")
    }
    var binary = Call("POST", MethodTests.webhook, json: Desk.event())
    binary.replace("HTTP_X_CALLBACK_TOKEN", with: [0xFF, 0xFE])
    expectProblem(try desk.program.ask(binary), 401, "unauthorized")
    var other = Call("POST", MethodTests.webhook, json: Desk.event())
    other.add("HTTP_X-CALLBACK-TOKEN", token)
    other.add("X_CALLBACK_TOKEN", token)
    other.add("QUERY_STRING", "x-callback-token=\(token)")
    expectProblem(try desk.program.ask(other), 401, "unauthorized")
    #expect(try desk.journal().isEmpty)
    #expect(try desk.books() == ["PENDING|0|0"])
  }

  @Test("of a payment credits the wallet once")
  func paid() throws {
    desk.expectReceived(try desk.send(Desk.event()), credited: true, "PAID")
    desk.expectReceived(try desk.send(Desk.event()), credited: false, "PAID")
    #expect(try desk.books() == ["PAID|50000|1"])
    #expect(try desk.journal() == ["settled|"])
    let row = try desk.site.sql(
      """
      SELECT type, amount, balance_after, reference, invoice_id, counterparty
      FROM wallet_transactions
      """)
    #expect(
      row == ["TOP_UP|50000|50000|\(TopUpSample.reference)|\(TopUpSample.invoiceID)|xendit"])
    #expect(try desk.site.number("SELECT paid_at IS NOT NULL FROM wallet_top_ups") == 1)
  }

  @Test("with the token before is taken while that is configured")
  func previousToken() throws {
    let answer = try desk.send(Desk.event(), tokens: ["the-token-before-this-one"])
    desk.expectReceived(answer, credited: true, "PAID")
  }

  @Test("is kept word for word, with Xendit's id of it")
  func kept() throws {
    let body = " " + Desk.event("paid") + "\n\t"
    var call = Call(
      "POST", MethodTests.webhook, headers: [("X-Callback-Token", Site.webhookToken)], json: body)
    call.add("HTTP_WEBHOOK_ID", "wh-1")
    desk.expectReceived(try desk.program.ask(call), credited: true, "PAID")
    let bytes = Shell.hexadecimal(of: "body")
    let row = try desk.site.sql(
      "SELECT \(bytes), webhook_id, status, reference, invoice_id FROM webhook_events")
    let hex = body.utf8.map { String(format: "%02X", $0) }.joined()
    #expect(row == ["\(hex)|wh-1|PAID|\(TopUpSample.reference)|\(TopUpSample.invoiceID)"])
  }

  @Test("in another body is another event, even with the same id of Xendit's")
  func sameWebhookID() throws {
    for body in [Desk.event("PENDING"), Desk.event()] {
      var call = Call(
        "POST", MethodTests.webhook, headers: [("X-Callback-Token", Site.webhookToken)],
        json: body)
      call.add("HTTP_WEBHOOK_ID", "the-same")
      #expect(try desk.program.ask(call).status == 200)
    }
    #expect(try desk.books() == ["PAID|50000|1"])
    #expect(try desk.journal().count == 2)
  }

  @Test("of a reference that nobody knows is 404, once kept for review")
  func unknownReference() throws {
    let event = Desk.event(reference: "WTU-20260614-0000000000000000")
    for _ in 0..<2 { expectProblem(try desk.send(event), 404, "not-found") }
    #expect(try desk.journal() == ["review|no top-up has this reference"])
  }

  @Test("of a reference that came too early credits when it comes again")
  func early() throws {
    let event = Desk.event(id: "early", reference: "WTU-20260614-1111111111111111")
    expectProblem(try desk.send(event), 404, "not-found")
    try desk.site.makeTopUp(
      of: desk.account, reference: "WTU-20260614-1111111111111111", invoiceID: nil)
    desk.expectReceived(try desk.send(event), credited: true, "PAID")
    #expect(try desk.journal() == ["settled|"])
  }

  @Test("of another business on the account is 404 and kept apart")
  func foreign() throws {
    for reference in [
      "order-17", "WTU-20260614-a3f9c2b1d4e7f8a2", "wtu-20260614-A3F9C2B1D4E7F8A2",
      "\(TopUpSample.reference) ", "\(TopUpSample.reference)\\u0000", "' OR 1=1 --",
      String(repeating: "x", count: 60_000),
    ] {
      let answer = try desk.send(Desk.event(id: "of \(reference.count)", reference: reference))
      expectProblem(answer, 404, "not-found", String(reference.prefix(50)))
    }
    #expect(try desk.journal() == Array(repeating: "foreign|", count: 7))
    #expect(try desk.books() == ["PENDING|0|0"])
  }

  @Test("whose amount differs is 400, kept for review, and credits nothing")
  func otherAmount() throws {
    for (amount, paid) in [
      ("50000", "49999"), ("50000", "50001"), ("49999", nil), ("50000", "-50000"),
      ("50000", "5000000"), ("50000", "0"), ("50000", "9223372036854775807"),
    ] {
      let answer = try desk.send(Desk.event(amount: amount, paid: paid))
      expectProblem(answer, 400, "invalid-request", pointers: ["/amount"])
    }
    #expect(try desk.books() == ["PENDING|0|0"])
    let state = "review|the amount differs from the top-up's"
    #expect(try desk.journal() == Array(repeating: state, count: 7))
  }

  @Test("without an amount that can be read exactly is 400 and kept for review")
  func noAmount() throws {
    for (amount, paid) in [
      (nil, nil), ("null", "null"), ("50000", "50000.5"), ("50000", "50000.000000000000001"),
      ("50000", "\"50000\""), ("50000", "1e400"), ("50000", "[]"), ("50000", "1e-400"),
    ] {
      let answer = try desk.send(Desk.event(amount: amount, paid: paid))
      expectProblem(answer, 400, "invalid-request", pointers: ["/amount"])
    }
    #expect(try desk.books() == ["PENDING|0|0"])
    let state = "review|the event names no amount in whole rupiah"
    #expect(try desk.journal() == Array(repeating: state, count: 8))
  }

  @Test("may write its amount in any way that is exactly the same")
  func spellings() throws {
    for (number, paid) in ["50000.00", "5e4", "5E+4", "500000000e-4", "50000.0e0"].enumerated() {
      let reference = "WTU-20260614-222222222222222\(number)"
      try desk.site.makeTopUp(of: desk.account, reference: reference, invoiceID: "i\(number)")
      let event = Desk.event(id: "i\(number)", reference: reference, paid: paid)
      desk.expectReceived(try desk.send(event), credited: true, "PAID")
    }
    #expect(try desk.account.balance(in: desk.site) == 250_000)
  }

  @Test("in another currency is 400 and kept for review; without any it is taken as right")
  func currency() throws {
    for currency in [#""USD""#, #""idr""#, #""""#, "360"] {
      let answer = try desk.send(Desk.event(currency: currency))
      expectProblem(answer, 400, "invalid-request", pointers: ["/currency"], currency)
    }
    let state = "review|the currency differs from the top-up's"
    #expect(try desk.journal() == Array(repeating: state, count: 4))
    desk.expectReceived(try desk.send(Desk.event(currency: nil)), credited: true, "PAID")
    #expect(try desk.books() == ["PAID|50000|1"])
  }
}
