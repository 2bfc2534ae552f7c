// Guessing at the real program: who is slowed down, and who is not.

import Foundation
import Programs
import Support
import Testing

@Suite("Guessing a password", .enabled(if: Site.isBuilt, Site.notBuilt))
struct GuessLimitTests {
  private let lobby: Lobby

  init() throws {
    lobby = try Lobby()
  }

  private func exhaust(_ username: String, from address: String) throws -> Answer {
    for _ in 1...5 {
      expectProblem(try lobby.login(username, "wrong", from: address), 401, "unauthorized")
    }
    return try lobby.login(username, "wrong", from: address)
  }

  @Test("is 429 after five mistakes, alike for names that exist, that do not, and disabled ones")
  func slowed() throws {
    _ = try lobby.site.makeAccount("disabled.user")
    try lobby.site.sql("UPDATE users SET is_active = 0 WHERE username = 'disabled.user'")
    var answers: [String] = []
    for name in ["budi.santoso", "nobody.known", "disabled.user"] {
      let answer = try exhaust(name, from: "203.0.113.9")
      expectProblem(answer, 429, "too-many-requests")
      #expect(answer.header("retry-after") == "1")
      answers.append(answer.text.replacing(/"requestId":"[0-9a-f]{32}"/, with: ""))
    }
    #expect(Set(answers).count == 1)
    #expect(try lobby.site.number("SELECT count(*) FROM sessions") == 2)
  }

  @Test("is refused with the right password too while the wait lasts; from elsewhere it is open")
  func rightPassword() throws {
    for _ in 1...9 where try exhausted() == false { continue }
    expectProblem(try lobby.login(from: "203.0.113.9"), 429, "too-many-requests")
    #expect(try lobby.login(from: "203.0.113.10").status == 200)
  }

  /// Goes on, waiting as told, until the wait is longer than a test can be slow.
  private func exhausted() throws -> Bool {
    let answer = try lobby.login("budi.santoso", "wrong", from: "203.0.113.9")
    guard let wait = answer.header("retry-after").flatMap({ Int($0) }) else { return false }
    if wait < 4 { sleep(UInt32(wait)) }
    return wait >= 4
  }

  @Test("by many strangers keeps nobody out who has entered from the same network before")
  func strangers() throws {
    #expect(try lobby.login(from: "2001:db8:0:7::1").status == 200)
    for number in 1...22 {
      _ = try lobby.login("budi.santoso", "wrong", from: "203.0.113.\(number)")
    }
    let again = try lobby.login("budi.santoso", "wrong", from: "203.0.113.1")
    expectProblem(again, 429, "too-many-requests")
    #expect(try lobby.login(from: "2001:db8:0:7:ffff::2").status == 200)
    #expect(try lobby.login(from: "198.51.100.1").status == 200, "one try is everybody's")
  }

  @Test("is forgotten by a restart")
  func restart() throws {
    expectProblem(try exhaust("budi.santoso", from: "203.0.113.9"), 429, "too-many-requests")
    let other = try lobby.site.start("dompet-auth")
    let json = #"{"username":"budi.santoso","password":"\#(Account.password)"}"#
    #expect(try other.post(MethodTests.login, json: json).status == 200)
  }

  @Test("by a flood leaves refresh and logout their workers", arguments: [3, 4, 8])
  func flood(threads: Int) throws {
    let lobby = try Lobby(threads: threads)
    let (listener, isOver, statuses) = (lobby.program.listener, Shared(false), Shared<[Int]>([]))
    let calm = Shared<[Answer]>([])
    let account = lobby.account
    inThreads(25) { number in
      var token = account.refreshToken
      if number == 0 {
        for _ in 1...50 {
          let json = #"{"refreshToken":"\#(token)"}"#
          guard let answer = try? listener.ask(Call("POST", Lobby.refresh, json: json)) else {
            break
          }
          calm.withLock { $0.append(answer) }
          token = answer.string("refreshToken") ?? ""
        }
        return isOver.withLock { $0 = true }
      }
      while !isOver.withLock({ $0 }) {
        let json = #"{"username":"user-\#(Int.random(in: 0...9999))","password":"x"}"#
        let status = (try? listener.ask(Call("POST", MethodTests.login, json: json)).status) ?? 0
        statuses.withLock { $0.append(status) }
      }
    }
    #expect(calm.withLock { $0.map(\.status) } == Array(repeating: 200, count: 50))
    #expect(Set(statuses.withLock { $0 }).isSubset(of: [401, 429, 503]))
    #expect(try lobby.logout(calm.withLock { $0.last?.string("refreshToken") } ?? "").status == 204)
    #expect(try lobby.living() == 0)
  }

  @Test("works with a single worker too", arguments: [1, 2])
  func workers(count: Int) throws {
    let auth = try lobby.site.start("dompet-auth", threads: count)
    let account = try lobby.site.makeAccount("single.worker")
    let body = #"{"username":"\#(account.username)","password":"\#(Account.password)"}"#
    #expect(try auth.post(MethodTests.login, json: body).status == 200)
  }
}
