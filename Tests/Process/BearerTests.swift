// Who may see a wallet: the token as it comes over the wire, the session and the user behind it.

import Crypto
import Foundation
import Support
import Programs
import Testing

@Suite("A bearer", .enabled(if: Site.isBuilt, Site.notBuilt))
struct BearerTests {
  private let site: Site
  private let program: Program
  private let account: Account

  init() throws {
    site = try Site()
    program = try site.start("dompet-wallets")
    account = try site.makeAccount()
  }

  private func wallet(_ authorization: String...) throws -> Answer {
    try program.get(MethodTests.wallet, headers: authorization.map { ("Authorization", $0) })
  }

  private func expectRefused(_ answer: Answer, _ comment: String = "") {
    expectProblem(answer, 401, "unauthorized", comment)
  }

  @Test("is known by its token, the scheme in any case", arguments: ["Bearer", "bearer", "BEARER"])
  func scheme(name: String) throws {
    let answer = try wallet("\(name) \(account.token())")
    #expect(answer.status == 200)
    #expect(answer.string("id") == account.walletID)
  }

  @Test("is nobody without a token, with another scheme, or in a form that is not quite right")
  func forms() throws {
    let token = account.token()
    expectRefused(try wallet())
    for form in [
      "", "Bearer", "Bearer ", "Basic \(token)", token, " Bearer \(token)", "Bearer  \(token)",
      "Bearer\t\(token)", "Bearer \(token) ", "Bearer \(token), x", "Bearer \(token) \(token)",
      "Bearer \"\(token)\"", "Bearer:\(token)", "Token \(token)", "Bearer=\(token)",
      "B\u{65}\u{301}arer \(token)", "Bearer \(token)=",
    ] {
      expectRefused(try wallet(form), form)
    }
  }

  @Test("is nobody with two Authorization headers, even of the same value")
  func twice() throws {
    let value = "Bearer \(account.token())"
    expectRefused(try wallet(value, value))
    expectRefused(try wallet(value, "Basic x"))
    expectRefused(try wallet("", value))
  }

  @Test("is nobody with a forged token")
  func forged() throws {
    let parts = account.token().split(separator: ".").map { String($0) }
    let none = Base64URL.encode(Array(#"{"alg":"none","typ":"JWT"}"#.utf8))
    let upper = Base64URL.encode(Array(#"{"alg":"HS512","typ":"JWT"}"#.utf8))
    let payload = String(decoding: Base64URL.decode(parts[1]) ?? [], as: UTF8.self)
    let admin = Base64URL.encode(Array(payload.replacing("USER", with: "ADMIN").utf8))
    for token in [
      "\(none).\(parts[1]).", "\(none).\(parts[1]).\(parts[2])", "\(upper).\(parts[1]).\(parts[2])",
      "\(parts[0]).\(admin).\(parts[2])", "\(parts[0]).\(parts[1])", "\(parts[0]).\(parts[1]).",
      ".\(parts[1]).\(parts[2])", "..", ".", "a.b.c", parts.joined(separator: ".") + ".x",
      "\(parts[0]).\(parts[1]).\(parts[2].dropLast())", String(repeating: "A", count: 65_000),
      String(repeating: ".", count: 65_000), account.token(secret: Site.jwtSecret + "x"),
      account.token(issuedSecondsAgo: 1000), account.token(issuedSecondsAgo: -300),
      account.token(lifetimeSeconds: 0), account.token(sessionID: UUID().uuidString.lowercased()),
      account.token(sessionID: ""), account.token(sessionID: "' OR 1=1 --"),
    ] {
      expectRefused(try wallet("Bearer \(token)"), String(token.prefix(200)))
    }
    #expect(program.isRunning)
  }

  @Test("is nobody with the session of somebody else")
  func foreignSession() throws {
    let other = try site.makeAccount("somebody.else")
    expectRefused(try wallet("Bearer \(account.token(sessionID: other.sessionID))"))
  }

  @Test("is nobody as soon as the session has ended")
  func endedSession() throws {
    let value = "Bearer \(account.token())"
    #expect(try wallet(value).status == 200)
    try site.sql("UPDATE sessions SET ended_at = 1 WHERE id = '\(account.sessionID)'")
    expectRefused(try wallet(value))
  }

  @Test("is nobody with a token that is like one that was good before")
  func likeness() throws {
    let token = account.token()
    #expect(try wallet("Bearer \(token)").status == 200)
    let end = token.hasSuffix("AA") ? "BA" : "AA"
    for other in ["\(token.dropLast(2))\(end)", String(token.dropLast()), token + "A"] {
      expectRefused(try wallet("Bearer \(other)"))
    }
    #expect(try wallet("Bearer \(token)").status == 200)
  }

  @Test("is nobody with a token that only looks like one that was good before")
  func lookalike() throws {
    // Many have a K in them: each has an id of its own.
    let tokens = (1...200).map { _ in account.token() }
    let token = try #require(tokens.first { $0.contains("K") })
    #expect(try wallet("Bearer \(token)").status == 200)
    let lookalike = token.replacing("K", with: "\u{212A}")
    #expect(lookalike == token && lookalike.utf8.count > token.utf8.count)
    expectRefused(try wallet("Bearer \(lookalike)"))
  }

  @Test("is nobody as soon as the session has run out")
  func expiredSession() throws {
    try site.sql("UPDATE sessions SET expires_at = 1 WHERE id = '\(account.sessionID)'")
    expectRefused(try wallet("Bearer \(account.token())"))
  }

  @Test("is nobody as soon as the user is disabled")
  func disabledUser() throws {
    let value = "Bearer \(account.token())"
    #expect(try wallet(value).status == 200)
    try site.sql("UPDATE users SET is_active = 0")
    expectRefused(try wallet(value))
    try site.sql("UPDATE users SET is_active = 1")
    #expect(try wallet(value).status == 200)
  }

  @Test("whose token was signed with the secret before is known while that is configured")
  func rotation() throws {
    let rotated = try site.start(
      "dompet-wallets",
      environment: [
        "JWT_ACCESS_SECRET": "the-next-secret-of-more-than-32-bytes",
        "JWT_ACCESS_SECRET_PREVIOUS": Site.jwtSecret,
      ])
    for secret in [Site.jwtSecret, "the-next-secret-of-more-than-32-bytes"] {
      let header = ("Authorization", "Bearer \(account.token(secret: secret))")
      #expect(try rotated.get(MethodTests.wallet, headers: [header]).status == 200)
    }
    expectRefused(
      try wallet("Bearer \(account.token(secret: "the-next-secret-of-more-than-32-bytes"))"))
  }

  @Test("is the same for all calls that need one")
  func topUps() throws {
    let payments = try site.start("dompet-payments")
    let answer = try payments.post(
      MethodTests.topUps, headers: [("Authorization", "Bearer x")], json: #"{"amount":50000}"#)
    expectRefused(answer)
    #expect(try site.number("SELECT count(*) FROM wallet_top_ups") == 0)
  }
}
