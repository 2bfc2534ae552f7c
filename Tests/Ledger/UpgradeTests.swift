// What becomes of a database that an earlier release has filled.

import Schema
import Storage
import Support
import Testing

@Suite("An upgrade")
struct UpgradeTests {
  @Test("puts the tokens that operators made so far into the journal of their acts")
  func acts() throws {
    let directory = try TemporaryDirectory()
    let path = directory.path + "/dompet.db"
    _ = try SQLiteDatabase(
      path: path, migrations: Array(Schema.migrations.prefix(7)), mode: .service)
    let old = try runCommand(
      "sqlite3",
      [
        "-bail", path,
        """
        INSERT INTO users (id, email, username, password_hash, created_at, updated_at)
        VALUES ('u', 'a@b.c', 'budi1', '$', 1, 1);
        INSERT INTO password_resets VALUES (zeroblob(32), 'u', 'ana', 'forgot', 5, 6, 7);
        """,
      ])
    #expect(old.status == 0)
    _ = try SQLiteDatabase(path: path, migrations: Schema.migrations, mode: .service)
    let acts = try runCommand(
      "sqlite3", [path, "SELECT at, operator, what, subject, reason FROM operator_acts"])
    #expect(acts.output == "5|ana|reset|u|forgot\n")
  }
}
