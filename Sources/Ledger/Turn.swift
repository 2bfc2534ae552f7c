// Who waits for whom. A transaction that looks before it writes must not find, when it writes, that
// another one has written meanwhile. In SQLite one writes at a time. PostgreSQL lets all write at
// once, and each statement sees what was committed before it: so a transaction names what it is
// about (`Connection.serialize`), before it looks, and those that name the same follow one another.
//
// Not needed, and not done, where one statement is all (compare-and-set), and where a unique key
// stands between two: whoever comes second to it is undone, and looks again.
//
// In one transaction they are named in the order in which they stand here, so that no two wait for
// each other.

import Crypto
import Domain

/// The names of what transactions take turns at.
public enum Turn {
  /// Whether a user may come in: sessions that begin, passwords, what operators do to people.
  public static func user(_ id: Identifier) -> String { "user \(id.text)" }

  /// The refresh tokens of a session, found by what all of them share.
  static func session(of token: RefreshToken) -> String {
    "session \(Hex.encode(token.familyDigest))"
  }

  /// A walk of reconciliation.
  static func walk(_ kind: String) -> String { "walk \(kind)" }

  /// What an operator makes of an event.
  static func event(_ id: Int64) -> String { "event \(id)" }

  /// What the provider's reports do to a top-up.
  public static func topUp(_ reference: TopUpReference) -> String { "top-up \(reference.text)" }

  /// A wallet's chain: from its end, by which the next transaction is made, to the new end. Two
  /// wallets are named in one call.
  static func wallet(_ id: Identifier) -> String { "wallet \(id.text)" }
}
