// The caller's profile: what it shows, and that the name alone may be changed.

import Foundation
import Programs
import Support
import Testing

@Suite("A profile", .enabled(if: Site.isBuilt, Site.notBuilt))
struct ProfileTests {
  private let lobby: Lobby

  init() throws {
    lobby = try Lobby()
  }

  private func rename(_ members: [String: Any]) throws -> Answer {
    try lobby.ask("PATCH", Lobby.me, members, headers: [lobby.account.bearer])
  }

  @Test("shows who one is, and no secret")
  func shown() throws {
    let answer = try lobby.program.get(Lobby.me, headers: [lobby.account.bearer])
    #expect(answer.status == 200)
    #expect(Set(answer.json.keys) == ["id", "email", "username", "name", "role", "createdAt"])
    #expect(answer.string("id") == lobby.account.id && answer.json["name"] is NSNull)
  }

  @Test("takes a name, and lets go of it by null or blanks")
  func name() throws {
    for (sent, kept) in [("Budi Ł", "Budi Ł"), ("  ", nil), ("x", "x")] as [(String, String?)] {
      let answer = try rename(["name": sent])
      #expect(answer.status == 200 && answer.string("name") == kept)
    }
    #expect(try rename(["name": NSNull()]).json["name"] is NSNull)
    #expect(
      try lobby.site.sql("SELECT name IS NULL, updated_at > created_at FROM users") == ["1|1"])
  }

  @Test(
    "lets nothing else be changed, and the name not with it", withoutStore,
    arguments: [
      "role", "balance", "isActive", "is_active", "email", "username", "id", "password",
      "password_hash", "createdAt", "Name", "name ", "__proto__",
    ])
  func massAssignment(member: String) throws {
    let before = try lobby.site.sql("SELECT * FROM users")
    for value in ["ADMIN", 1, true, NSNull()] as [Any] {
      let answer = try rename(["name": "x", member: value])
      expectProblem(answer, 400, "invalid-request", pointers: ["/\(member)"], member)
    }
    #expect(try lobby.site.sql("SELECT * FROM users") == before)
  }

  @Test("wants a name of the form that names have")
  func malformed() throws {
    for name in [1, true, ["x"], "a\u{0}b", "\u{202E}x", String(repeating: "n", count: 101)]
      as [Any]
    {
      expectProblem(
        try rename(["name": name]), 400, "invalid-request", pointers: ["/name"], "\(name)")
    }
    expectProblem(try rename([:]), 400, "invalid-request", pointers: ["/name"])
  }

  @Test("wants a bearer who is not disabled")
  func bearer() throws {
    expectProblem(try lobby.program.get(Lobby.me), 401, "unauthorized")
    try lobby.site.sql("UPDATE users SET is_active = 0")
    expectProblem(try rename(["name": "x"]), 401, "unauthorized")
  }
}
