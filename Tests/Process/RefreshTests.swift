// Refresh and logout through the real program: tokens that rotate, and tokens in two hands.

import Foundation
import Programs
import Support
import Testing

@Suite("A refresh token", .enabled(if: Site.isBuilt, Site.notBuilt))
struct RefreshTests {
  private let lobby: Lobby
  private let first: String

  init() throws {
    lobby = try Lobby()
    first = lobby.account.refreshToken
  }

  private func successor(of token: String) throws -> String {
    let answer = try lobby.refresh(token)
    #expect(answer.status == 200, "\(answer.text)")
    return answer.string("refreshToken") ?? ""
  }

  private func expectRefused(_ token: String) throws {
    expectProblem(try lobby.refresh(token), 401, "unauthorized", token)
  }

  @Test("is exchanged for new tokens of the same session, which open what the old ones opened")
  func rotation() throws {
    let answer = try lobby.refresh(first)
    #expect(
      Set(answer.json.keys) == ["accessToken", "refreshToken", "tokenType", "expiresIn", "user"])
    let header = ("Authorization", "Bearer \(answer.string("accessToken") ?? "")")
    #expect(try lobby.program.get(Lobby.me, headers: [header]).status == 200)
    #expect(try lobby.sessionIDs() == [lobby.account.sessionID])
    let second = try #require(answer.string("refreshToken"))
    #expect(second.wholeMatch(of: /[A-Za-z0-9_-]{64}/) != nil && second != first)
    #expect(try successor(of: second) != second)
  }

  @Test("used again after 10 s ends its session at once, for whoever has it")
  func reuse() throws {
    let second = try successor(of: first)
    try lobby.age(seconds: 11)
    try expectRefused(first)
    try expectRefused(second)
    #expect(try !lobby.isIn())
    #expect(try lobby.living() == 0)
  }

  @Test("whose answer was lost gets another successor, and whichever is used next goes on")
  func lostAnswer() throws {
    let (lost, kept) = (try successor(of: first), try successor(of: first))
    #expect(lost != kept)
    try lobby.age(seconds: 900)
    let next = try successor(of: kept)
    try lobby.age(seconds: 11)
    try expectRefused(lost)
    try expectRefused(next)
  }

  @Test("that is older than the last two ends its session, however soon it comes")
  func older() throws {
    let third = try successor(of: successor(of: first))
    try expectRefused(first)
    try expectRefused(third)
  }

  @Test("used by 64 at once leaves each with tokens, and each successor can go on")
  func atOnce() throws {
    let answers = Shared<[Answer]>([])
    let (listener, token) = (lobby.program.listener, first)
    inThreads(64) { _ in
      let json = #"{"refreshToken":"\#(token)"}"#
      let answer = try? listener.ask(Call("POST", Lobby.refresh, json: json))
      answers.withLock { list in if let answer { list.append(answer) } }
    }
    let tokens = answers.withLock { $0.compactMap { $0.string("refreshToken") } }
    #expect(Set(tokens).count == 64)
    let shown = answers.withLock { $0.compactMap { $0.string("accessToken") } }
    for token in shown {
      let header = ("Authorization", "Bearer \(token)")
      #expect(try lobby.program.get(Lobby.me, headers: [header]).status == 200)
    }
    for token in tokens { _ = try successor(of: token) }
    #expect(try lobby.living() == 1)
  }

  @Test("that was never handed out opens nothing and ends nothing")
  func forged() throws {
    let other = try lobby.site.makeAccount("other.user").refreshToken
    let access = lobby.account.token()
    for token in [
      "", "x", String(first.dropLast()), first + "A", first + "=", " " + first, first + "\n",
      String(first.reversed()), first.uppercased(), String(repeating: "A", count: 64), access,
      String(repeating: "A", count: 60_000), "' OR 1=1 --", "\u{0}", "\u{1F600}",
      "AAAAAAAAAAAAAAAAAAAAAA" + first.dropFirst(22),
    ] {
      try expectRefused(token)
      #expect(try lobby.logout(token).status == 204)
    }
    #expect(try lobby.living() == 2)
    _ = try successor(of: first)
    _ = try successor(of: other)
  }

  /// Only who has had a token of the session knows how its tokens begin.
  @Test("put together of two ends the session of its first part, as one used twice does")
  func swapped() throws {
    let other = try lobby.site.makeAccount("other.user").refreshToken
    try expectRefused(String(first.prefix(22)) + other.dropFirst(22))
    try expectRefused(first)
    _ = try successor(of: other)
  }

  @Test("is good for nothing while its user is disabled, and for nobody else's session")
  func disabled() throws {
    try lobby.site.sql("UPDATE users SET is_active = 0")
    try expectRefused(first)
    try lobby.site.sql("UPDATE users SET is_active = 1")
    _ = try successor(of: first)
  }

  @Test("is good for nothing once its session has ended or run out")
  func ended() throws {
    let call = Call(
      "DELETE", "\(Lobby.sessions)/\(lobby.account.sessionID)", headers: [lobby.account.bearer])
    #expect(try lobby.program.ask(call).status == 204)
    try expectRefused(first)
    let other = try lobby.site.makeAccount("other.user")
    try lobby.age(seconds: 3601)
    try expectRefused(other.refreshToken)
  }

  @Test("ends its session by logout, whichever of its tokens it is; and logout is always 204")
  func logout() throws {
    let second = try successor(of: first)
    #expect(try lobby.isIn())
    for token in [first, second, first] {
      let answer = try lobby.logout(token)
      #expect(answer.status == 204 && answer.body.isEmpty)
      #expect(try !lobby.isIn())
    }
    try expectRefused(second)
  }

  @Test("is asked for by its name, alone", arguments: [Lobby.refresh, Lobby.logout])
  func body(path: String) throws {
    for (body, pointers) in [
      ("{}", ["/refreshToken"]), (#"{"refreshToken":null}"#, ["/refreshToken"]),
      (#"{"refreshToken":["x"]}"#, ["/refreshToken"]),
      (#"{"refreshToken":"x","role":"ADMIN"}"#, ["/role"]), ("[]", [""]), ("", [""]),
    ] {
      let answer = try lobby.program.post(path, json: body)
      expectProblem(answer, 400, "invalid-request", pointers: pointers, body)
    }
  }

  @Test("and all passwords are in no log and nowhere in the database")
  func canaries() throws {
    let login = try lobby.login()
    let second = try successor(of: first)
    _ = try lobby.login("budi.santoso", "canary wrong password")
    _ = try lobby.change(to: "canary new password")
    try lobby.age(seconds: 11)
    _ = try lobby.refresh(first)
    let places = [lobby.program.errors, try Shell.dump(lobby.site.url)]
    let secrets = [first, second, Account.password, "canary", login.string("refreshToken") ?? "?"]
    for secret in secrets {
      #expect(!places.contains { $0.contains(secret) })
    }
    #expect(places[0].contains("/api/v1/auth/refresh"))
  }
}
