// Statements about sessions.

import Domain
import Storage

/// The logins that last.
public enum Sessions {
  /// Begins a session.
  /// - Returns: false, and nothing is begun, if the user has been disabled or the password
  ///   changed since `passwordHash` was verified.
  public static func insert(
    _ session: Session, verifiedBy passwordHash: String, in db: any Connection
  ) throws(Refusal) -> Bool {
    try db.execute(
      """
      INSERT INTO sessions
        (id, user_id, refresh_digest, user_agent, ip_address, created_at, last_used_at, expires_at)
      SELECT $1, id, $3, $4, $5, $6, $6, $7 FROM users
      WHERE id = $2 AND is_active = 1 AND password_hash = $8
      """,
      [
        .text(session.id.text), .text(session.userID.text), .bytes(session.refreshDigest),
        .optional(session.userAgent), .optional(session.ipAddress),
        .integer(session.createdAt.microseconds), .integer(session.expiresAt.microseconds),
        .text(passwordHash),
      ]) == 1
  }

  /// Whether the session lives and its user is active.
  public static func isAlive(
    _ session: Identifier, of user: Identifier, at now: Timestamp, in db: any Connection
  ) throws(Refusal) -> Bool {
    let found = try db.query(
      """
      SELECT 1 FROM sessions AS s JOIN users AS u ON u.id = s.user_id
      WHERE s.id = $1 AND s.user_id = $2 AND s.ended_at IS NULL AND s.expires_at > $3
        AND u.is_active = 1
      """,
      [.text(session.text), .text(user.text), .integer(now.microseconds)]
    ) { _ in true }
    return !found.isEmpty
  }
}
