// Login: who gets a session, and what everybody else learns.

import Foundation
import Support
import Programs
import Testing

@Suite("Login", .enabled(if: Site.isBuilt, Site.notBuilt))
struct LoginTests {
  private let site: Site
  private let program: Program

  init() throws {
    site = try Site()
    program = try site.start("dompet-auth")
  }

  private func login(
    _ username: String = "budi.santoso", _ password: String = Account.password,
    headers: [(String, String)] = [], from address: String = "192.0.2.7"
  ) throws -> Answer {
    let body = try JSONSerialization.data(
      withJSONObject: ["username": username, "password": password])
    var call = Call(
      "POST", MethodTests.login, headers: headers, body: Array(body),
      contentType: "application/json")
    call.replace("REMOTE_ADDR", with: Array(address.utf8))
    return try program.ask(call)
  }

  @Test("answers tokens and the user, and the access token opens the wallet")
  func tokens() throws {
    let account = try site.makeAccount()
    let answer = try login(" \tBUDI.Santoso\n")
    #expect(answer.status == 200, "\(answer.text)")
    #expect(
      Set(answer.json.keys) == ["accessToken", "refreshToken", "tokenType", "expiresIn", "user"])
    #expect(answer.string("tokenType") == "Bearer")
    #expect(answer.json["expiresIn"] as? Int == 900)
    let user = answer.json["user"] as? [String: Any] ?? [:]
    #expect(Set(user.keys) == ["id", "email", "username", "name", "role"])
    #expect(user["id"] as? String == account.id)
    #expect(user["name"] is NSNull)
    let token = try #require(answer.string("accessToken"))
    let wallet = try site.start("dompet-wallets").get(
      MethodTests.wallet, headers: [("Authorization", "Bearer \(token)")])
    #expect(wallet.status == 200)
    #expect(wallet.string("id") == account.walletID)
    #expect(wallet.string("balance") == "0.00")
    #expect(wallet.string("currency") == "IDR")
    #expect(Set(wallet.json.keys) == ["id", "balance", "currency", "createdAt", "updatedAt"])
  }

  @Test("keeps of the refresh token only its digest, of the client its address and agent cut short")
  func session() throws {
    let account = try site.makeAccount()
    let agent = String(repeating: "\u{1F600}", count: 300)
    let answer = try login(headers: [("User-Agent", agent)])
    let token = try #require(answer.string("refreshToken"))
    #expect(token.wholeMatch(of: /[A-Za-z0-9_-]{64}/) != nil)
    let rows = try site.sql(
      """
      SELECT length(refresh_digests), length(user_agent), ip_address, ended_at IS NULL,
        expires_at - created_at FROM sessions
      WHERE user_id = '\(account.id)' AND id <> '\(account.sessionID)'
      """)
    #expect(rows == ["32|255|192.0.2.7|1|1209600000000"])
    #expect(try !Shell.dump(site.url).contains(token))
  }

  @Test(
    "for an unknown, a wrong, an impossible and a disabled user differs only in the request's id")
  func refusals() throws {
    _ = try site.makeAccount()
    _ = try site.makeAccount("disabled.user")
    try site.sql("UPDATE users SET is_active = 0 WHERE username = 'disabled.user'")
    let tries = [
      ("budi.santoso", "wrong password"), ("nobody.known", Account.password),
      ("x", Account.password), ("disabled.user", Account.password), ("budi.santoso", ""), ("", ""),
      ("budi.santoso", Account.password + " "), ("budi.santoso", Account.password + "\u{0}"),
      ("budi.santoso", String(repeating: "x", count: 60_000)),
      ("budi\u{0}.santoso", Account.password), ("budi.santoso' OR 1=1 --", "\u{202E}"),
    ]
    // Each from another place, since guessing is slowed down.
    let answers = try tries.enumerated().map { number, wrong in
      try login(wrong.0, wrong.1, from: "192.0.2.\(number)")
    }
    for answer in answers { expectProblem(answer, 401, "unauthorized") }
    let withoutID = answers.map { answer in
      answer.text.replacing(/"requestId":"[0-9a-f]{32}"/, with: "")
    }
    #expect(Set(withoutID).count == 1)
    #expect(Set(answers.map { $0.headers.map { "\($0.name): \($0.value)" } }).count == 1)
    #expect(try site.number("SELECT count(*) FROM sessions") == 2)
  }

  @Test("with an imported bcrypt hash succeeds, and leaves an argon2id hash that works too")
  func imported() throws {
    _ = try site.makeAccount(passwordHash: Account.bcryptHash)
    expectProblem(try login("budi.santoso", "wrong password"), 401, "unauthorized")
    #expect(try site.sql("SELECT password_hash FROM users") == [Account.bcryptHash])
    #expect(try login().status == 200)
    let hash = try site.sql("SELECT password_hash FROM users")[0]
    #expect(hash.hasPrefix("$argon2id$v=19$m=47104,t=1,p=1$"))
    #expect(try login().status == 200)
    #expect(try site.sql("SELECT password_hash FROM users") == [hash])
  }

  @Test("with a stored hash of no known form is 500 that tells nothing, and the program lives on")
  func strangeHash() throws {
    _ = try site.makeAccount(passwordHash: "canary-hash")
    let answer = try login()
    expectProblem(answer, 500, "internal")
    #expect(!answer.text.contains("canary"))
    #expect(try login("nobody.known").status == 401)
    #expect(program.errors.contains(answer.string("requestId") ?? "?"))
  }

  @Test("takes a password of exactly the bytes that were registered, 512 of them too")
  func longPassword() throws {
    let password = String(repeating: "\u{1F600}", count: 128)
    let account = ["email": "l@example.com", "username": "long.user", "password": password]
    let body = try JSONSerialization.data(withJSONObject: account)
    let created = try program.ask(
      Call("POST", MethodTests.register, body: Array(body), contentType: "application/json"))
    #expect(created.status == 201)
    #expect(try login("long.user", password).status == 200)
    #expect(try login("long.user", String(password.dropLast())).status == 401)
    #expect(try login("long.user", password + "x").status == 401)
  }

  @Test("each time begins another session, with other tokens")
  func sessions() throws {
    _ = try site.makeAccount()
    let first = try login()
    let second = try login()
    for name in ["accessToken", "refreshToken"] {
      #expect(first.string(name) != nil)
      #expect(first.string(name) != second.string(name))
    }
    #expect(try site.number("SELECT count(*) FROM sessions") == 3)
  }

  @Test("makes tokens that live as long as the setting says")
  func lifetime() throws {
    _ = try site.makeAccount()
    let other = try site.start("dompet-auth", environment: ["JWT_ACCESS_EXPIRES_IN": "60"])
    let answer = try other.post(
      MethodTests.login, json: #"{"username":"budi.santoso","password":"\#(Account.password)"}"#)
    #expect(answer.json["expiresIn"] as? Int == 60)
  }
}
