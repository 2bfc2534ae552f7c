// Top-ups and their Idempotency-Key: the same request is done once, however often it is sent.

import Foundation
import Support
import Programs
import Testing

@Suite("An Idempotency-Key", .enabled(if: Site.isBuilt, Site.notBuilt))
struct IdempotencyTests {
  private let till: Till

  init() throws {
    till = try Till()
  }

  @Test("is not needed: each request without one is a top-up of its own")
  func without() throws {
    let first = till.expectCreated(try till.ask())
    let second = till.expectCreated(try till.ask())
    #expect(first != second)
    #expect(try till.rows() == ["PENDING|1|0", "PENDING|1|0"])
  }

  @Test("that comes again with the same request is answered alike and marked as replayed")
  func replay() throws {
    let first = try till.ask("50000", keys: "key-1")
    till.expectCreated(first)
    for amount in ["50000", "50000.00", "50000.0", "50000.000000000000000"] {
      let again = try till.ask(amount, keys: "key-1")
      till.expectCreated(again, replayed: true)
      #expect(again.text == first.text)
    }
    #expect(till.provider.creates == 1)
    #expect(try till.rows() == ["PENDING|1|0"])
  }

  @Test("is the same quoted and bare")
  func quoted() throws {
    till.expectCreated(try till.ask(keys: "\"key-1\""))
    till.expectCreated(try till.ask(keys: "key-1"), replayed: true)
    till.expectCreated(try till.ask(keys: "\"key-1\""), replayed: true)
    #expect(try till.site.sql("SELECT idempotency_key FROM wallet_top_ups") == ["key-1"])
  }

  @Test("that comes again with another amount is 422, and the first request stays as it is")
  func reused() throws {
    till.expectCreated(try till.ask("50000", keys: "key-1"))
    expectProblem(try till.ask("50001", keys: "key-1"), 422, "idempotency-key-reused")
    till.expectCreated(try till.ask("50000", keys: "key-1"), replayed: true)
    #expect(try till.rows().count == 1)
  }

  @Test("belongs to its user: another one's is another key")
  func users() throws {
    let other = try till.site.makeAccount("somebody.else")
    let first = till.expectCreated(try till.ask(keys: "key-1"))
    let second = till.expectCreated(try till.ask("70000", keys: "key-1", by: other))
    #expect(first != second)
  }

  @Test("differs from another in the case of one letter")
  func letters() throws {
    till.expectCreated(try till.ask(keys: "key-a"))
    till.expectCreated(try till.ask(keys: "key-A"))
  }

  @Test("whose first request still runs is 409 with Retry-After, or 422 for another amount")
  func running() throws {
    till.provider.hold()
    let till = till
    let first = Shared<Answer?>(nil)
    let hasEnded = Shared(false)
    Thread.detachNewThread {
      let answer = try? till.ask(keys: "key-1")
      first.withLock { $0 = answer }
      hasEnded.withLock { $0 = true }
    }
    till.provider.awaitHeld(1)
    let second = try till.ask(keys: "key-1")
    expectProblem(second, 409, "request-in-progress")
    expectProblem(try till.ask("50001", keys: "key-1"), 422, "idempotency-key-reused")
    till.provider.letGo()
    while !hasEnded.withLock({ $0 }) { usleep(1000) }
    till.expectCreated(try #require(first.withLock { $0 }))
    till.expectCreated(try till.ask(keys: "key-1"), replayed: true)
    #expect(till.provider.creates == 1)
  }

  @Test("sent by many at once makes one top-up and one invoice")
  func race() throws {
    let till = till
    let answers = Shared<[Int: String]>([:])
    inThreads(16) { number in
      while let answer = try? till.ask(keys: "key-1") {
        if answer.status == 409 { continue }
        answers.withLock { $0[number] = "\(answer.status) \(answer.text)" }
        return
      }
    }
    #expect(answers.withLock { $0.count } == 16)
    #expect(Set(answers.withLock { $0.values }).count == 1)
    #expect(till.provider.creates == 1)
    #expect(try till.rows() == ["PENDING|1|0"])
  }

  @Test("of 1 and of 255 characters, any that are visible, is taken")
  func limits() throws {
    let visible = String(decoding: (33...126).filter { $0 != 34 }, as: UTF8.self)
    for key in ["k", String(repeating: "k", count: 255), visible] {
      till.expectCreated(try till.ask(keys: key))
      till.expectCreated(try till.ask(keys: "\"\(key)\""), replayed: true)
    }
  }

  @Test("that is malformed or sent twice is 400, and nothing is made")
  func malformed() throws {
    for keys in [
      [""], ["\"\""], ["\""], [" "], ["\" \""], ["a b"], ["\"a b\""], ["a\tb"], ["\"a"], ["a\""],
      ["a\"b"], ["\"a\"b\""], ["\"\"a\"\""], ["k\u{E9}y"], ["\u{1F511}"], ["k\u{7F}"], [" key"],
      ["key "], [String(repeating: "k", count: 256)], ["\"\(String(repeating: "k", count: 256))\""],
      [String(repeating: "k", count: 64_000)], ["key-1", "key-1"], ["key-1", "key-2"], ["", "key"],
    ] {
      let headers = [till.account.bearer] + keys.map { ("Idempotency-Key", $0) }
      let answer = try till.program.post(
        MethodTests.topUps, headers: headers, json: #"{"amount":50000}"#)
      expectProblem(
        answer, 400, "invalid-request", pointers: [""], "\(keys.map { $0.prefix(30) })")
      let both = try till.program.post(
        MethodTests.topUps, headers: headers, json: #"{"amount":"x","y":1}"#)
      #expect(Set(both.pointers) == ["", "/amount", "/y"])
    }
    #expect(try till.rows().isEmpty)
    #expect(till.provider.requests.isEmpty)
  }

  @Test("of a request that was refused is free for another")
  func freed() throws {
    for amount in ["999", "\"50000\"", "1e5", "1000000001"] {
      let answer = try till.ask(amount, keys: "key-1")
      expectProblem(answer, 400, "invalid-request", pointers: ["/amount"])
    }
    till.expectCreated(try till.ask("70000", keys: "key-1"))
  }

  @Test("whose top-up has been paid meanwhile is answered PAID")
  func paid() throws {
    let created = try till.ask(keys: "key-1")
    let reference = try #require(created.string("reference"))
    let invoice = try till.site.sql("SELECT invoice_id FROM wallet_top_ups")[0]
    let webhook = try till.site.start("dompet-webhook")
    let answer = try webhook.post(
      MethodTests.webhook, headers: [("X-Callback-Token", Site.webhookToken)],
      json: Desk.event(id: invoice, reference: reference))
    #expect(answer.json["credited"] as? Bool == true)
    till.expectCreated(try till.ask(keys: "key-1"), replayed: true, status: "PAID")
  }

  @Test("survives a restart of the program, also amid the request")
  func restart() throws {
    till.provider.hold()
    let till = till
    Thread.detachNewThread { _ = try? till.ask(keys: "key-1") }
    till.provider.awaitHeld(1)
    till.program.kill(SIGKILL)
    #expect(till.program.wait() == 128 + SIGKILL)
    till.provider.letGo()
    try till.site.sql("UPDATE wallet_top_ups SET lease_until = 1")
    let next = try till.site.start("dompet-payments")
    let answer = try next.post(
      MethodTests.topUps, headers: [till.account.bearer, ("Idempotency-Key", "key-1")],
      json: #"{"amount":50000}"#)
    till.expectCreated(answer)
    #expect(try till.rows() == ["PENDING|1|0"])
    #expect(till.provider.lookUps == 1)
  }
}
