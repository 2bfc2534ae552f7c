// What events do to a top-up, in every order, at once, and when they cannot be read.

import Foundation
import Support
import Programs
import Testing

@Suite("A top-up and its events", .enabled(if: Site.isBuilt, Site.notBuilt))
struct WebhookStateTests {
  private let desk: Desk

  init() throws {
    desk = try Desk(threads: 32)
  }

  @Test("SETTLED after PAID, and PAID after SETTLED, credit nothing more")
  func settled() throws {
    desk.expectReceived(try desk.send(Desk.event("SETTLED")), credited: true, "PAID")
    desk.expectReceived(try desk.send(Desk.event("PAID")), credited: false, "PAID")
    desk.expectReceived(try desk.send(Desk.event("settled")), credited: false, "PAID")
    #expect(try desk.books() == ["PAID|50000|1"])
  }

  @Test("PAID after EXPIRED or FAILED credits", arguments: ["EXPIRED", "FAILED"])
  func late(status: String) throws {
    desk.expectReceived(try desk.send(Desk.event(status)), credited: false, status)
    #expect(try desk.books() == ["\(status)|0|0"])
    desk.expectReceived(try desk.send(Desk.event()), credited: true, "PAID")
    #expect(try desk.books() == ["PAID|50000|1"])
  }

  @Test("nothing changes a top-up that is PAID", arguments: ["EXPIRED", "FAILED", "PENDING", "X"])
  func final(status: String) throws {
    desk.expectReceived(try desk.send(Desk.event()), credited: true, "PAID")
    desk.expectReceived(try desk.send(Desk.event(status)), credited: false, status)
    #expect(try desk.books() == ["PAID|50000|1"])
  }

  @Test("the end of another invoice, or a status that nobody knows, changes nothing")
  func otherInvoice() throws {
    for (status, id) in [
      ("EXPIRED", "another"), ("FAILED", "another"), ("REFUNDED", TopUpSample.invoiceID),
      ("PENDING", TopUpSample.invoiceID), ("PAID ", TopUpSample.invoiceID),
    ] {
      desk.expectReceived(
        try desk.send(Desk.event(status, id: id)), credited: false, status)
    }
    #expect(try desk.books() == ["PENDING|0|0"])
  }

  @Test("a paid invoice that bears the reference credits, even if another one is stored")
  func orphan() throws {
    desk.expectReceived(try desk.send(Desk.event(id: "orphan")), credited: true, "PAID")
    #expect(try desk.books() == ["PAID|50000|1"])
  }

  @Test("a second paid invoice of one reference is 400 and kept for review")
  func secondPayment() throws {
    try desk.send(Desk.event())
    let answer = try desk.send(Desk.event(id: "second"))
    expectProblem(answer, 400, "invalid-request", pointers: ["/id"])
    #expect(try desk.books() == ["PAID|50000|1"])
    let reason = "another invoice has been paid for this top-up"
    #expect(try desk.journal() == ["settled|", "review|\(reason)"])
  }

  @Test("an invoice that was credited for one top-up is not credited for another")
  func invoiceElsewhere() throws {
    try desk.send(Desk.event())
    let other = "WTU-20260614-BBBBBBBBBBBBBBBB"
    try desk.site.makeTopUp(of: desk.account, reference: other, invoiceID: nil)
    let answer = try desk.send(Desk.event(reference: other))
    expectProblem(answer, 400, "invalid-request", pointers: ["/id"])
    #expect(try desk.account.balance(in: desk.site) == 50_000)
  }

  @Test("64 copies at once credit once, and are kept once")
  func copies() throws {
    let answers = Shared<[String]>([])
    let desk = desk
    inThreads(64) { _ in
      let text = (try? desk.send(Desk.event()).text) ?? "no answer"
      answers.withLock { $0.append(text) }
    }
    let credited = #"{"received":true,"credited":true,"status":"PAID"}"#
    let repeated = #"{"received":true,"credited":false,"status":"PAID"}"#
    let texts = answers.withLock { $0 }
    #expect(texts.count { $0 == credited } == 1)
    #expect(texts.count { $0 == repeated } == 63)
    #expect(try desk.books() == ["PAID|50000|1"])
    #expect(try desk.journal() == ["settled|"])
  }

  @Test("64 different reports of one payment at once, through two programs, credit once")
  func differentCopies() throws {
    let desk = desk
    let other = try desk.site.start("dompet-webhook", threads: 32)
    let credited = Shared(0)
    let headers = [("X-Callback-Token", Site.webhookToken)]
    inThreads(64) { number in
      let body = Desk.event(number % 3 == 0 ? "SETTLED" : "PAID").dropLast() + ",\"n\":\(number)}"
      let program = number % 2 == 0 ? desk.program : other
      let answer = try? program.post(MethodTests.webhook, headers: headers, json: String(body))
      if answer?.json["credited"] as? Bool == true { credited.withLock { $0 += 1 } }
    }
    #expect(credited.withLock { $0 } == 1)
    #expect(try desk.books() == ["PAID|50000|1"])
    #expect(try desk.journal() == Array(repeating: "settled|", count: 64))
  }

  @Test("every order of PENDING, PAID, SETTLED and EXPIRED ends PAID, credited once")
  func orders() throws {
    for (number, order) in permutations(["PENDING", "PAID", "SETTLED", "EXPIRED"]).enumerated() {
      let reference = "WTU-20260614-" + String(format: "%016d", number)
      try desk.site.makeTopUp(of: desk.account, reference: reference, invoiceID: "i\(number)")
      let credits = try order.filter { status in
        let answer = try desk.send(Desk.event(status, id: "i\(number)", reference: reference))
        #expect(answer.status == 200)
        return answer.json["credited"] as? Bool == true
      }
      #expect(credits == [order.first { $0 == "PAID" || $0 == "SETTLED" }])
    }
    #expect(try desk.account.balance(in: desk.site) == 24 * 50_000)
    let paid = "SELECT count(*) FROM wallet_top_ups WHERE status = 'PAID'"
    #expect(try desk.site.number(paid) == 24)
    let rows = "SELECT count(DISTINCT invoice_id) = 24 AND count(*) = 24 FROM wallet_transactions"
    #expect(try desk.site.number(rows) == 1)
  }

  @Test("what cannot be read is 400 at each mistake, and kept for review")
  func unreadable() throws {
    let deep = String(repeating: "[", count: 10_000)
    let bodies: [(String, [String])] = [
      ("", [""]), ("null", [""]), ("[]", [""]), ("{", [""]),
      ("{}", ["/id", "/external_id", "/status"]), (#"{"id":"1","external_id":"x"}"#, ["/status"]),
      (#"{"id":1,"external_id":"x","status":"PAID"}"#, ["/id"]),
      (Desk.event().dropLast() + ",}", [""]),
      (#"{"id":"1","external_id":null,"status":"PAID"}"#, ["/external_id"]),
      ("\u{FEFF}" + Desk.event(), [""]),
      (#"{"id":"1","external_id":"x","status":{}}"#, ["/status"]),
      (Desk.event() + Desk.event(), [""]),
      (Desk.event().dropLast() + #","status":"PAID"}"#, ["/status"]),
      (deep, [String(repeating: "/0", count: 32)]),
      (#"{"id":"\ud800","external_id":"x","status":"PAID"}"#, [""]),
    ]
    for (body, pointers) in bodies {
      let answer = try desk.send(body)
      expectProblem(
        answer, 400, "invalid-request", pointers: pointers, String(body.prefix(60)))
    }
    let reason = "review|the body is not an invoice event"
    #expect(try desk.journal() == Array(repeating: reason, count: bodies.count))
    #expect(try desk.books() == ["PENDING|0|0"])
  }

  @Test("what is larger than the limit is 413 and not kept; what ends early is 400 and not kept")
  func sizes() throws {
    let large = Desk.event() + String(repeating: " ", count: 65_536)
    expectProblem(try desk.send(large), 413, "payload-too-large")
    var short = Call(
      "POST", MethodTests.webhook, headers: [("X-Callback-Token", Site.webhookToken)],
      json: Desk.event())
    short.replace("CONTENT_LENGTH", with: Array("5000".utf8))
    expectProblem(try desk.program.ask(short), 400, "invalid-request", pointers: [""])
    #expect(try desk.journal().isEmpty)
  }

  @Test("a payment that the ledger cannot post is 500, and kept for review")
  func judgementFailed() throws {
    let (reason, drop) =
      PostgreSQL.isTried
      ? ("EXECUTE FUNCTION refuse('canary')", "DROP TRIGGER no_more ON wallet_transactions")
      : ("BEGIN SELECT RAISE(ABORT, 'canary'); END", "DROP TRIGGER no_more")
    try desk.site.sql("CREATE TRIGGER no_more BEFORE INSERT ON wallet_transactions \(reason)")
    let answer = try desk.send(Desk.event())
    expectProblem(answer, 500, "internal")
    #expect(!answer.text.contains("canary"))
    #expect(try desk.books() == ["PENDING|0|0"])
    #expect(try desk.journal() == ["review|the judgement failed; the log says why"])
    try desk.site.sql(drop)
    desk.expectReceived(try desk.send(Desk.event()), credited: true, "PAID")
    #expect(try desk.journal() == ["settled|"])
  }
}

private func permutations(_ values: [String]) -> [[String]] {
  guard values.count > 1 else { return [values] }
  return values.flatMap { value in
    permutations(values.filter { $0 != value }).map { [value] + $0 }
  }
}
