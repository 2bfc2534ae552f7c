// What Storage is about to owe; deleted at the merge.

import Domain
import Storage

extension Connection {
  /// What follows in this transaction runs alone among all transactions that name one of these.
  public func serialize(on names: [String]) throws(Refusal) {}

  /// Tells what is wrong with the store's own pages and indexes, in the engine's words.
  func findDamage(_ found: (String) -> Void) throws(Refusal) {
    try forEach("PRAGMA integrity_check", []) { row throws(Refusal) in
      let line = try row.text(0)
      if line != "ok" { found(line) }
    }
  }

  /// Tells the table of each row that refers to one which is not there.
  func findOrphans(_ found: (String) -> Void) throws(Refusal) {
    try forEach("PRAGMA foreign_key_check", []) { row throws(Refusal) in
      found(try row.text(0))
    }
  }
}
