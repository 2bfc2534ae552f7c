// Where a user is logged in: the list, ending one, and what is nobody else's business.

import Foundation
import Programs
import Support
import Testing

@Suite("A user's sessions", .enabled(if: Site.isBuilt, Site.notBuilt))
struct SessionTests {
  private let lobby: Lobby

  init() throws {
    lobby = try Lobby()
  }

  private func list(_ query: String = "", by account: Account? = nil) throws -> Answer {
    var call = Call("GET", Lobby.sessions, headers: [(account ?? lobby.account).bearer])
    call.replace("QUERY_STRING", with: Array(query.utf8))
    return try lobby.program.ask(call)
  }

  private func end(_ id: String, by account: Account? = nil) throws -> Answer {
    try lobby.program.ask(
      Call("DELETE", "\(Lobby.sessions)/\(id)", headers: [(account ?? lobby.account).bearer]))
  }

  /// Puts sessions into the database, since a login takes its time.
  private func makeSessions(_ count: Int) throws {
    let values = (0..<count).map { _ in
      """
      ('\(Self.id())', '\(lobby.account.id)', \(Shell.randomBytes(32)),
        \(Shell.randomBytes(32)), 1, 1, 9e18)
      """
    }
    try lobby.site.sql(
      """
      INSERT INTO sessions (id, user_id, family_digest, refresh_digests, created_at, last_used_at,
        expires_at) VALUES \(values.joined(separator: ","))
      """)
  }

  private static func id() -> String { UUID().uuidString.lowercased() }

  @Test("are listed with their times, agent and address; one of them is the current one")
  func members() throws {
    #expect(try lobby.login(from: "2001:db8::1").status == 200)
    let items = try list().json["items"] as? [[String: Any]] ?? []
    #expect(items.count == 2 && items.count { $0["current"] as? Bool == true } == 1)
    let other = try #require(items.first { $0["current"] as? Bool == false })
    let names: Set = [
      "id", "createdAt", "lastUsedAt", "expiresAt", "userAgent", "ipAddress", "current",
    ]
    #expect(Set(other.keys) == names)
    #expect(other["ipAddress"] as? String == "2001:db8::1" && other["userAgent"] is NSNull)
    #expect(other["lastUsedAt"] as? String == other["createdAt"] as? String)
  }

  @Test("say when they were last refreshed, and the sooner of the two ends")
  func times() throws {
    try lobby.age(seconds: 1000)
    let answer = try lobby.refresh(lobby.account.refreshToken)
    let idle = try lobby.site.sql(
      """
      SELECT (last_used_at - created_at) / 1000000 >= 1000, (expires_at - last_used_at) / 1000000
      FROM sessions
      """)
    #expect(idle == ["1|1209600"])
    try lobby.site.sql("UPDATE sessions SET created_at = created_at - 2000000000000")
    #expect(try lobby.refresh(answer.string("refreshToken") ?? "").status == 200)
    let whole = try lobby.site.sql("SELECT (expires_at - created_at) / 1000000 FROM sessions")
    #expect(whole == ["2592000"])
  }

  @Test("are listed page after page, newest first, without those that have ended or run out")
  func pages() throws {
    try makeSessions(50)
    try lobby.site.sql(
      """
      UPDATE sessions SET ended_at = 1 WHERE id IN (SELECT id FROM sessions
        WHERE id <> '\(lobby.account.sessionID)' LIMIT 7);
      UPDATE sessions SET expires_at = 1 WHERE id IN (SELECT id FROM sessions
        WHERE ended_at IS NULL AND id <> '\(lobby.account.sessionID)' LIMIT 7);
      """)
    var seen: [String] = []
    var cursor: String?
    repeat {
      let page = try list("limit=10" + (cursor.map { "&cursor=\($0)" } ?? ""))
      seen += (page.json["items"] as? [[String: Any]] ?? []).compactMap { $0["id"] as? String }
      cursor = page.string("nextCursor")
    } while cursor != nil
    #expect(seen.count == 37 && seen == seen.sorted(by: >) && Set(seen).count == 37)
    #expect(try lobby.sessionIDs().count == 20)
  }

  @Test(
    "are refused where the query is wrong",
    arguments: [("limit=0", ["/limit"]), ("cursor=x&user=y", ["/cursor", "/user"])])
  func query(query: String, pointers: [String]) throws {
    expectProblem(try list(query), 400, "invalid-request", pointers: pointers)
  }

  @Test("are ended one by one, the current one too")
  func ending() throws {
    try makeSessions(1)
    let other = try #require(try lobby.sessionIDs().first { $0 != lobby.account.sessionID })
    let answer = try end(other)
    #expect(answer.status == 204 && answer.body.isEmpty)
    expectProblem(try end(other), 404, "not-found")
    #expect(try end(lobby.account.sessionID).status == 204)
    expectProblem(try end(lobby.account.sessionID), 401, "unauthorized")
  }

  @Test("are nobody else's: not listed, and 404 as one that is none")
  func others() throws {
    let stranger = try lobby.site.makeAccount("other.user")
    for id in [lobby.account.sessionID, Self.id(), "x", "%", "' OR 1=1 --", "..", "\u{0}"] {
      expectProblem(try end(id, by: stranger), 404, "not-found", id)
    }
    #expect(try list(by: stranger).text.contains(lobby.account.sessionID) == false)
    #expect(try lobby.isIn() && lobby.living() == 2)
  }

  @Test("want a bearer, and ending one wants no body")
  func bearer() throws {
    expectProblem(try lobby.program.get(Lobby.sessions), 401, "unauthorized")
    let path = "\(Lobby.sessions)/\(lobby.account.sessionID)"
    expectProblem(try lobby.program.ask(Call("DELETE", path)), 401, "unauthorized")
    let answer = try lobby.program.ask(
      Call("DELETE", path, headers: [lobby.account.bearer], json: #"{"all":true}"#))
    expectProblem(answer, 400, "invalid-request", pointers: [""])
    #expect(try lobby.isIn())
  }

  @Test("live as long as the settings say")
  func settings() throws {
    let short = try lobby.site.start(
      "dompet-auth",
      environment: ["SESSION_IDLE_SECONDS": "600", "SESSION_LIFETIME_SECONDS": "1000"])
    let json = #"{"refreshToken":"\#(lobby.account.refreshToken)"}"#
    #expect(try short.post(Lobby.refresh, json: json).status == 200)
    let ends = try lobby.site.sql("SELECT (expires_at - last_used_at) / 1000000 FROM sessions")
    #expect(ends == ["600"])
    let wrong = ["SESSION_IDLE_SECONDS": "59", "SESSION_LIFETIME_SECONDS": "31536001"]
    let result = try lobby.site.run("dompet-auth", environment: wrong)
    #expect(result.status == 78)
    for name in wrong.keys { #expect(result.errors.contains("\(name) must be")) }
  }
}
