// Statements about new passwords for users who forgot theirs.

import Domain
import Storage

/// The one-time tokens that let a user set a new password.
public enum PasswordResets {
  /// Makes a token good, and the one before it no longer.
  /// - Throws: `.conflict` if the user is disabled.
  public static func insert(
    _ token: ResetToken, for user: Users.Credentials, _ decision: Decision, at now: Timestamp,
    in db: any Connection
  ) throws(Refusal) {
    guard user.isActive else { throw .conflict(detail: "the user is disabled.") }
    try endAll(of: user.user.id, at: now, in: db)
    try db.execute(
      """
      INSERT INTO password_resets (digest, user_id, made_by, reason, created_at, expires_at)
      VALUES ($1, $2, $3, $4, $5, $6)
      """,
      [
        .bytes(token.digest), .text(user.user.id.text), .text(decision.name.text),
        .text(decision.reason.text), .integer(now.microseconds),
        .integer(now.adding(seconds: ResetToken.lifetimeSeconds).microseconds),
      ])
    try OperatorActs.note(.reset, to: user.user.id, decision, at: now, in: db)
  }

  /// The user whom a token lets in, if it is good and the user active.
  public static func user(
    of token: ResetToken, at now: Timestamp, in db: any Connection
  ) throws(Refusal) -> User? {
    try db.first(
      """
      SELECT u.id, u.email, u.username, u.name, u.role, u.created_at
      FROM password_resets AS r JOIN users AS u ON u.id = r.user_id
      WHERE r.digest = $1 AND r.ended_at IS NULL AND r.expires_at > $2 AND u.is_active = 1
      """,
      [.bytes(token.digest), .integer(now.microseconds)]
    ) { row throws(Refusal) in try Users.user(row) }
  }

  /// What an open token is good for ends with it, or with a change of the password.
  public static func endAll(
    of user: Identifier, at now: Timestamp, in db: any Connection
  ) throws(Refusal) {
    try db.execute(
      "UPDATE password_resets SET ended_at = $2 WHERE user_id = $1 AND ended_at IS NULL",
      [.text(user.text), .integer(now.microseconds)])
  }
}
