// /readyz while another release is at the store: whose schema this program can work on.

import Programs
import Testing

@Suite("Readiness", .enabled(if: Site.isBuilt, Site.notBuilt))
struct ReadinessTests {
  @Test("survives a newer schema that expands, and ends with one that does not")
  func otherSchema() throws {
    let site = try Site()
    let first = try site.start("dompet-wallets")
    let known = try site.number("SELECT count(*) FROM schema_migrations")
    try site.sql("INSERT INTO schema_migrations VALUES (\(known + 1), 'm998_wider', 0, 1)")
    #expect(try first.get("/readyz").status == 200)
    // What is found holds for a while: each state is looked at by a program that has not looked.
    let second = try site.start("dompet-wallets")
    try site.sql("INSERT INTO schema_migrations VALUES (\(known + 2), 'm999_narrower', 0, 0)")
    let answer = try second.get("/readyz")
    #expect(answer.status == 503 && answer.string("type") == "urn:dompet:problem:not-ready")
    #expect(
      answer.string("detail")
        == "dompet-wallets: The store has another schema than this program knows.")
    #expect(try second.get("/healthz").status == 200)
  }
}
