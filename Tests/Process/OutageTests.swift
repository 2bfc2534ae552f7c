// The provider's long silences: nobody waits for ever, and not everybody waits.

import Foundation
import Support
import Programs
import Testing

@Suite("An outage of the provider", .enabled(if: Site.isBuilt, Site.notBuilt))
struct OutageTests {
  @Test("after five failures in a row is answered 503 without asking, and writes nothing")
  func breaker() throws {
    let till = try Till()
    till.provider.fail(.reset, .reset, .reset, .reset, .reset)
    for _ in 0..<5 { expectProblem(try till.ask(), 503, "provider-unavailable") }
    let asked = till.provider.requests.count
    expectProblem(try till.ask(), 503, "provider-unavailable")
    #expect(till.provider.requests.count == asked)
    #expect(try till.rows().count == 5)
  }

  @Test("keeps half of the workers free: the next is 503 at once, and a replay is answered")
  func halfOfTheWorkers() throws {
    let till = try Till(threads: 4)
    till.expectCreated(try till.ask(keys: "done"))
    till.provider.hold()
    let statuses = Shared<[Int]>([])
    let clients = (1...2).map { number in
      Thread {
        let status = (try? till.ask(keys: "key-\(number)").status) ?? 0
        statuses.withLock { $0.append(status) }
      }
    }
    for client in clients { client.start() }
    till.provider.awaitHeld(2)
    expectProblem(try till.ask(keys: "key-3"), 503, "provider-unavailable")
    till.expectCreated(try till.ask(keys: "done"), replayed: true)
    #expect(try till.program.get("/healthz").status == 200)
    #expect(try till.rows().count == 3)
    till.provider.letGo()
    while statuses.withLock({ $0.count }) < 2 { usleep(1000) }
    #expect(statuses.withLock { $0 } == [201, 201])
  }

  @Test("that is silence ends with 503 after the deadline, and SIGTERM amid it waits for that")
  func silence() throws {
    let till = try Till()
    till.provider.fail(.silence)
    let answer = Shared<Answer?>(nil)
    let hasEnded = Shared(false)
    Thread.detachNewThread {
      let found = try? till.ask(keys: "key-1")
      answer.withLock { $0 = found }
      hasEnded.withLock { $0 = true }
    }
    while till.provider.creates < 1 { usleep(1000) }
    till.program.kill(SIGTERM)
    #expect(till.program.wait(timeoutSeconds: 60) == 0)
    while !hasEnded.withLock({ $0 }) { usleep(1000) }
    expectProblem(
      try #require(answer.withLock { $0 }), 503, "provider-unavailable")
    #expect(try till.rows() == ["PENDING|0|0"])
  }

  @Test("with nobody listening is 503, and a repeat makes the invoice once")
  func nobody() throws {
    let provider = try Provider()
    let site = try Site(["XENDIT_BASE_URL": "http://127.0.0.1:\(try freePort())"])
    let first = try site.start("dompet-payments")
    let account = try site.makeAccount()
    let headers = [account.bearer, ("Idempotency-Key", "key-1")]
    let answer = try first.post(
      MethodTests.topUps, headers: headers, json: #"{"amount":50000}"#)
    expectProblem(answer, 503, "provider-unavailable")
    let second = try site.start(
      "dompet-payments", environment: ["XENDIT_BASE_URL": provider.url])
    let again = try second.post(
      MethodTests.topUps, headers: headers, json: #"{"amount":50000}"#)
    #expect(again.status == 201)
    #expect(provider.creates == 1)
  }
}
