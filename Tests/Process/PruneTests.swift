// dompet prune, as a timer runs it beside the programs.

import Foundation
import Programs
import Support
import Testing

@Suite(
  "dompet prune", .enabled(if: Site.isBuilt && Checkout.isBuilt("dompet"), Site.notBuilt))
struct PruneTests {
  private let desk: Desk

  init() throws {
    desk = try Desk()
  }

  @Test("removes what is old, says how much, and notes that it was done")
  func prune() throws {
    let now = Int(Date().timeIntervalSince1970) * 1_000_000
    let day = "86400000000"
    try desk.site.sql(
      """
      INSERT INTO sessions (id, user_id, family_digest, refresh_digests, created_at, last_used_at,
        expires_at) VALUES ('old', '\(desk.account.id)',
        \(Shell.randomBytes(32)), \(Shell.bytes("")), 1, 1,
        \(now) - 91 * \(day));
      INSERT INTO password_resets (digest, user_id, made_by, reason, created_at, expires_at)
      VALUES (\(Shell.randomBytes(32)), '\(desk.account.id)', 'ana', 'x', 1, \(now) - 91 * \(day));
      """)
    let result = try dompet("prune", "--yes")
    #expect(result.output == "removed 1 sessions, 1 tokens, 0 bodies of events\n")
    #expect(
      try dompet("prune", "--yes").output == "removed 0 sessions, 0 tokens, 0 bodies of events\n")
    #expect(try desk.site.number("SELECT count(*) FROM sessions") == 1)
    let row = "SELECT task, outcome, done_at > \(now) - \(day) FROM maintenance"
    #expect(try desk.site.sql(row) == ["prune|0 sessions, 0 tokens, 0 bodies of events|1"])
  }

  @Test("empties old events' bodies: they are still known, and verify says what it cannot see")
  func bodies() throws {
    desk.expectReceived(try desk.send(Desk.event()), credited: true, "PAID")
    try desk.send(Desk.event(reference: "order-1"))
    try desk.send("{")
    #expect(try dompet("prune", "--yes").output.contains(" 0 bodies"))
    try age(days: 401)
    #expect(try dompet("prune", "--yes").output.contains(" 2 bodies"))
    let bodies = "SELECT state, length(body) > 0 FROM webhook_events ORDER BY id"
    #expect(try desk.site.sql(bodies) == ["settled|0", "foreign|0", "review|1"])
    desk.expectReceived(try desk.send(Desk.event()), credited: false, "PAID")
    expectProblem(try desk.send(Desk.event(reference: "order-1")), 404, "not-found")
    #expect(try desk.journal().count == 3 && desk.books() == ["PAID|50000|1"])
    #expect(try dompet("review").output.contains("the body is not an invoice event"))
    let verify = try dompet("verify")
    #expect(verify.status == 0, "\(verify.errors)")
    #expect(verify.errors.contains("  3 events of the provider"))
    #expect(verify.errors.contains("but for 2 old ones, whose bodies dompet prune has emptied"))
  }

  @Test("asks, and where nobody can be asked wants --yes")
  func consent() throws {
    let result = try dompet("prune")
    #expect(result.status == 64 && result.errors.contains("give --yes"))
    #expect(try desk.site.number("SELECT count(*) FROM maintenance") == 0)
  }

  /// Lets the events have come so long ago, as if the triggers had not been there.
  private func age(days: Int) throws {
    try Shell.tamper(
      "UPDATE webhook_events SET received_at = received_at - \(days) * 86400000000",
      at: desk.site.url)
  }

  private func dompet(_ words: String...) throws -> CommandResult {
    try runCommand(
      Checkout.program("dompet"), words, environment: desk.site.environment)
  }
}
