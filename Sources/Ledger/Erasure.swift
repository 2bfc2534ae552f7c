// What is left of a person who wants to be forgotten: an id, and the money rows that name it.

import Domain
import Storage

/// The erasure of a user.
public enum Erasure {
  /// Replaces all that the user's rows say of the person, and lets nobody in any more. E-mail
  /// address and user name are free for others then. Not one row of the ledger changes.
  /// - Returns: false if the user was erased before: nothing was done now.
  public static func erase(
    _ user: Identifier, _ decision: Decision, at now: Timestamp, in db: any Connection
  ) throws(Refusal) -> Bool {
    try db.serialize(on: [Turn.user(user)])
    let erased = try db.execute(
      """
      UPDATE users SET email = 'erased:' || id, username = 'erased:' || id, name = NULL,
        password_hash = 'erased', role = 'USER', is_active = 0, erased_at = $2,
        updated_at = CASE WHEN updated_at > $2 THEN updated_at ELSE $2 END
      WHERE id = $1 AND erased_at IS NULL
      """, [.text(user.text), .integer(now.microseconds)])
    guard erased == 1 else { return false }
    try People.leave(user, at: now, in: db)
    try db.execute(
      "UPDATE sessions SET user_agent = NULL, ip_address = NULL WHERE user_id = $1",
      [.text(user.text)])
    try OperatorActs.note(.erase, to: user, decision, at: now, in: db)
    return true
  }
}
