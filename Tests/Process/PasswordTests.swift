// New passwords: by who knows the old one, and by who has an operator's one-time token.

import Foundation
import Programs
import Support
import Testing

@Suite(
  "A new password", .enabled(if: Site.isBuilt && Checkout.isBuilt("dompet"), Site.notBuilt))
struct PasswordTests {
  private static let new = "kuda besar sekali"
  private let lobby: Lobby

  init() throws {
    lobby = try Lobby()
  }

  @Test("lets in, the old one no longer, and ends every session but the caller's")
  func change() throws {
    #expect(try lobby.login().status == 200)
    let answer = try lobby.change(to: Self.new)
    #expect(answer.status == 204 && answer.body.isEmpty, "\(answer.text)")
    #expect(try lobby.isIn() && lobby.living() == 1)
    #expect(try lobby.refresh(lobby.account.refreshToken).status == 200)
    expectProblem(try lobby.login(), 401, "unauthorized")
    #expect(try lobby.login("budi.santoso", Self.new).status == 200)
  }

  @Test("of an imported user replaces the bcrypt hash")
  func imported() throws {
    let lobby = try Lobby(passwordHash: Account.bcryptHash)
    #expect(try lobby.change(to: Self.new).status == 204)
    #expect(try lobby.site.sql("SELECT password_hash FROM users")[0].hasPrefix("$argon2id$"))
  }

  @Test("is not set by who does not know the current one: 403, soon 429, and login stays open")
  func wrongCurrent() throws {
    for wrong in ["x", "", Account.password + " ", Account.password.uppercased(), "wrong"] {
      let answer = try lobby.change(wrong, to: Self.new)
      expectProblem(answer, 403, "forbidden", wrong)
      #expect(answer.string("detail") == "The current password is wrong.")
    }
    expectProblem(try lobby.change(to: Self.new), 429, "too-many-requests")
    #expect(try lobby.login().status == 200)
  }

  @Test("that is too common, or holds the own name, is refused wherever one is set")
  func rules() throws {
    let token = try makeToken()
    for password in ["short", "PASSWORD", "qwertyuiop", "12345678", "my-Budi.Santoso-1"] {
      for (answer, pointer) in [
        (try lobby.change(to: password), "/newPassword"),
        (try lobby.reset(token, to: password), "/newPassword"),
        (try register(password), "/password"),
      ] {
        expectProblem(answer, 400, "invalid-request", pointers: [pointer], password)
      }
    }
    #expect(try lobby.site.number("SELECT count(*) FROM users") == 1)
    #expect(try lobby.reset(token, to: Self.new).status == 204)
  }

  private func register(_ password: String) throws -> Answer {
    try lobby.ask(
      "POST", MethodTests.register,
      ["email": "budi.santoso@example.org", "username": "another", "password": password])
  }

  @Test("by reset lets in once, and ends all sessions")
  func reset() throws {
    let token = try makeToken()
    #expect(token.wholeMatch(of: /[A-Za-z0-9_-]{43}/) != nil)
    #expect(try lobby.login().status == 200, "the old one is good until the token is used")
    #expect(try lobby.reset(token, to: Self.new).status == 204)
    #expect(try lobby.living() == 0)
    #expect(try !lobby.isIn())
    #expect(try lobby.login("budi.santoso", Self.new).status == 200)
    expectRefused(try lobby.reset(token, to: "another password"))
    #expect(try lobby.login("budi.santoso", Self.new).status == 200)
  }

  @Test("by reset is not set with a token that is unknown, old, replaced, or no longer needed")
  func badTokens() throws {
    let replaced = try makeToken()
    let token = try makeToken()
    for wrong in [
      "", "x", replaced, String(token.dropLast()), token + "A", " " + token, token.uppercased(),
      "' OR 1=1 --", "\u{0}", String(repeating: "A", count: 50_000), lobby.account.refreshToken,
    ] {
      expectRefused(try lobby.reset(wrong, to: Self.new))
    }
    try lobby.site.sql("UPDATE password_resets SET expires_at = expires_at - 3600000000")
    expectRefused(try lobby.reset(token, to: Self.new))
    let unneeded = try makeToken()
    #expect(try lobby.change(to: Self.new).status == 204)
    expectRefused(try lobby.reset(unneeded, to: "another password"))
  }

  @Test("by reset is not set for a user who is disabled meanwhile")
  func disabled() throws {
    let token = try makeToken()
    try lobby.site.sql("UPDATE users SET is_active = 0")
    expectRefused(try lobby.reset(token, to: Self.new))
    let refused = try dompet("user", "reset", "budi.santoso", "--reason", "forgot")
    #expect(refused.status == 1 && refused.errors.contains("the user is disabled"))
  }

  @Test("by the same token at many requests at once is set once")
  func race() throws {
    let (token, listener) = (try makeToken(), lobby.program.listener)
    let statuses = Shared<[Int]>([])
    inThreads(6) { number in
      let json = #"{"token":"\#(token)","newPassword":"password number \#(number)"}"#
      let status = (try? listener.ask(Call("POST", Lobby.reset, json: json)).status) ?? 0
      statuses.withLock { $0.append(status) }
    }
    #expect(statuses.withLock { $0.sorted() } == [204, 400, 400, 400, 400, 400])
  }

  @Test("of an operator is only a token: kept as a digest, with who made it and why")
  func command() throws {
    let result = try dompet("user", "reset", lobby.account.id, "--reason", "called us")
    #expect(result.status == 0 && result.errors.contains("The token of budi.santoso is good once"))
    #expect(result.output.count == 44)
    let rows = try lobby.site.sql(
      "SELECT length(digest), made_by, reason, (expires_at - created_at) / 1000000, ended_at "
        + "IS NULL FROM password_resets")
    #expect(rows == ["32|ana|called us|3600|1"])
    #expect(try !Shell.dump(lobby.site.url).contains(result.output.dropLast()))
    let unknown = try dompet("user", "reset", "nobody", "--reason", "x")
    #expect(unknown.status == 1 && unknown.errors.contains("there is no user nobody."))
    #expect(try dompet("user", "reset", "budi.santoso").status == 64)
  }

  private func makeToken() throws -> String {
    let result = try dompet("user", "reset", "budi.santoso", "--reason", "forgot it")
    #expect(result.status == 0, "\(result.errors)")
    return String(result.output.dropLast())
  }

  private func dompet(_ words: String...) throws -> CommandResult {
    try runCommand(
      Checkout.program("dompet"), words,
      environment: lobby.site.environment.merging(["USER": "ana"]) { $1 })
  }

  private func expectRefused(
    _ answer: Answer, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    expectProblem(
      answer, 400, "invalid-request", pointers: ["/token"], sourceLocation: sourceLocation)
  }
}
