// How a program stops: what it has begun it finishes, what waits it leaves to its successor.

import Foundation
import Support
import Programs
import Testing

@Suite("A program's stop", .enabled(if: Site.isBuilt, Site.notBuilt))
struct StopTests {
  private let site: Site

  init() throws {
    site = try Site()
  }

  @Test("SIGTERM and SIGINT end an idle program with 0", arguments: [SIGTERM, SIGINT])
  func idle(signal: Int32) throws {
    for name in Site.programs {
      let program = try site.start(name, threads: 32)
      program.kill(signal)
      #expect(program.wait() == 0)
    }
  }

  @Test("a program that finds SIGTERM and SIGUSR1 blocked stops all the same")
  func blocked() throws {
    let program = try site.start("dompet-auth", blocked: [SIGTERM, SIGINT, SIGUSR1])
    #expect(program.stop() == 0)
  }

  @Test("a signal that comes twice, or a stray SIGUSR1 or SIGPIPE, does no harm")
  func strays() throws {
    let program = try site.start("dompet-auth", threads: 8)
    for _ in 0..<50 {
      program.kill(SIGUSR1)
      program.kill(SIGPIPE)
    }
    #expect(try program.get("/healthz").status == 200)
    program.kill(SIGTERM)
    #expect(program.stop() == 0)
  }

  @Test("logins that run when SIGTERM comes are answered")
  func logins() throws {
    let program = try site.start("dompet-auth", threads: 8)
    _ = try site.makeAccount()
    let call = Call(
      "POST", "/api/v1/auth/login",
      json: #"{"username":"budi.santoso","password":"\#(Account.password)"}"#)
    let connections = try (0..<4).map { _ in try FastCGIConnection(path: program.listener.path) }
    // The empty record that ends the body is held back until all have been accepted.
    for connection in connections { connection.write(call.bytes.dropLast(8)) }
    while program.connections < 4 { usleep(1000) }
    for connection in connections { connection.write(call.bytes.suffix(8)) }
    program.kill(SIGTERM)
    for connection in connections {
      let answers = Exchange(try connection.readToEnd()).answers
      #expect(answers.first?.status == 200, "\(answers.first?.text ?? "no answer")")
    }
    #expect(program.wait() == 0)
    #expect(try site.number("SELECT count(*) FROM sessions") == 5)
  }

  @Test("a request that has only half arrived when SIGTERM comes is answered when it is whole")
  func half() throws {
    let program = try site.start("dompet-wallets")
    let call = Call("GET", "/healthz").bytes
    let connection = try FastCGIConnection(path: program.listener.path)
    connection.write(call.prefix(20))
    while program.connections < 1 { usleep(1000) }
    program.kill(SIGTERM)
    connection.write(call.dropFirst(20))
    #expect(Exchange(try connection.readToEnd()).answers.first?.status == 200)
    #expect(program.wait() == 0)
  }

  @Test(
    "a peer that never sends the rest of its request cannot keep a program from stopping",
    withoutStore)
  func silentPeer() throws {
    let program = try site.start("dompet-wallets")
    let connection = try FastCGIConnection(path: program.listener.path)
    connection.write(Array(Call("GET", "/healthz").bytes.prefix(20)))
    while program.connections < 1 { usleep(1000) }
    program.kill(SIGTERM)
    #expect(program.wait(timeoutSeconds: 20) == 0)
    connection.endWriting()
  }

  @Test("what nobody has accepted is answered by the next program on the same socket")
  func successor() throws {
    let listener = try site.makeListener()
    #expect(try site.start("dompet-wallets", listener: listener).stop() == 0)
    let connection = try FastCGIConnection(path: listener.path)
    connection.write(Call("GET", "/healthz").bytes)
    let next = try site.start("dompet-wallets", listener: listener)
    #expect(Exchange(try connection.readToEnd()).answers.first?.status == 200)
    #expect(next.stop() == 0)
  }

  @Test("of two programs on one socket, one stops and the other goes on")
  func sibling() throws {
    let listener = try site.makeListener()
    let first = try site.start("dompet-wallets", listener: listener)
    let second = try site.start("dompet-wallets", listener: listener)
    #expect(first.stop() == 0)
    for _ in 0..<20 { #expect(try listener.ask(Call("GET", "/healthz")).status == 200) }
    #expect(second.isRunning)
    #expect(second.stop() == 0)
  }

  @Test("restarts under a storm of connections lose none of them")
  func storm() throws {
    let listener = try site.makeListener()
    let storm = Storm { try? listener.ask(Call("GET", "/healthz")).status == 200 }
    for round in 1...12 {
      let program = try site.start("dompet-wallets", threads: 8, listener: listener)
      storm.await(answers: round * 100)
      #expect(program.stop() == 0)
    }
    let last = try site.start("dompet-wallets", threads: 8, listener: listener)
    #expect(storm.end() == 0)
    #expect(last.stop() == 0)
  }

  @Test("kill -9 amid writes loses nothing that was answered")
  func killed() throws {
    let listener = try site.makeListener()
    let headers = [("X-Callback-Token", Site.webhookToken)]
    let storm = Storm {
      let body = #"{"id":"\#(UUID())","external_id":"another shop","status":"PAID"}"#
      let call = Call("POST", "/api/v1/payments/webhooks/xendit", headers: headers, json: body)
      return try? listener.ask(call).status == 404
    }
    for round in 1...6 {
      let program = try site.start("dompet-webhook", threads: 8, listener: listener)
      storm.await(answers: round * 40)
      program.kill(SIGKILL)
      #expect(program.wait() == 128 + SIGKILL)
    }
    let last = try site.start("dompet-webhook", threads: 8, listener: listener)
    storm.end()
    #expect(try site.number("SELECT count(*) FROM webhook_events") >= storm.answered)
    #expect(try Shell.checkPages(at: site.url) == ["ok"])
    #expect(last.stop() == 0)
  }
}

/// Clients that ask again and again, each when it has been answered.
private final class Storm: Sendable {
  private let counts = Shared((answered: 0, lost: 0))
  private let isOver = Shared(false)
  private let haveEnded = Shared(false)

  /// - Parameter ask: asks once; true if it was answered as it should be.
  init(_ ask: @escaping @Sendable () -> Bool?) {
    Thread.detachNewThread { [counts, isOver, haveEnded] in
      inThreads(8) { _ in
        while !isOver.withLock({ $0 }) {
          let isAnswered = ask() == true
          counts.withLock { if isAnswered { $0.answered += 1 } else { $0.lost += 1 } }
        }
      }
      haveEnded.withLock { $0 = true }
    }
  }

  var answered: Int { counts.withLock { $0.answered } }

  func await(answers: Int) {
    while answered < answers { usleep(500) }
  }

  /// Lets all clients come to their end; how many times there was no right answer.
  @discardableResult
  func end() -> Int {
    isOver.withLock { $0 = true }
    while !haveEnded.withLock({ $0 }) { usleep(1000) }
    return counts.withLock { $0.lost }
  }
}
