// What SQLite itself can find wrong in its file.

import Domain

extension SQLiteConnection {
  func findDamage(_ found: (String) -> Void) throws(Refusal) {
    try forEach("PRAGMA integrity_check", []) { row throws(Refusal) in
      let line = try row.text(0)
      if line != "ok" { found(line) }
    }
  }

  func findOrphans(_ found: (String) -> Void) throws(Refusal) {
    try forEach("PRAGMA foreign_key_check", []) { row throws(Refusal) in
      found(try row.text(0))
    }
  }
}
