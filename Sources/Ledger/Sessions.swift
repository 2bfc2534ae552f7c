// Statements about sessions.

import Domain
import Storage

/// The logins that last.
public enum Sessions {
  /// Begins a session.
  /// - Returns: false, and nothing is begun, if the user has been disabled or the password
  ///   changed since `passwordHash` was verified.
  public static func insert(
    _ session: Session, _ token: RefreshToken, verifiedBy passwordHash: String,
    in db: any Connection
  ) throws(Refusal) -> Bool {
    try db.serialize(on: [Turn.user(session.userID)])
    return try db.execute(
      """
      INSERT INTO sessions (id, user_id, family_digest, refresh_digests, user_agent, ip_address,
        created_at, last_used_at, expires_at)
      SELECT $1, id, $3, $4, $5, $6, $7, $8, $9 FROM users
      WHERE id = $2 AND is_active = 1 AND password_hash = $10
      """,
      [
        .text(session.id.text), .text(session.userID.text), .bytes(token.familyDigest),
        .bytes(token.digest), .optional(session.userAgent), .optional(session.ipAddress),
        .integer(session.createdAt.microseconds), .integer(session.lastUsedAt.microseconds),
        .integer(session.expiresAt.microseconds), .text(passwordHash),
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

  /// The user's sessions that live, newest first.
  /// - Parameter last: the last one that was seen, or nil to begin with the newest.
  public static func list(
    of user: Identifier, before last: Identifier?, limit: Int, at now: Timestamp,
    in db: any Connection
  ) throws(Refusal) -> Page<Session> {
    let found = try db.query(
      """
      SELECT id, user_id, user_agent, ip_address, created_at, last_used_at, expires_at
      FROM sessions
      WHERE user_id = $1 AND id < $2 AND ended_at IS NULL AND expires_at > $3
      ORDER BY id DESC LIMIT $4
      """,
      [
        .text(user.text), .text(last?.text ?? "~"), .integer(now.microseconds),
        .integer(Int64(limit) + 1),
      ]
    ) { row throws(Refusal) in
      Session(
        id: try row.identifier(0), userID: try row.identifier(1),
        userAgent: try row.optionalText(2), ipAddress: try row.optionalText(3),
        createdAt: try row.timestamp(4), lastUsedAt: try row.timestamp(5),
        expiresAt: try row.timestamp(6))
    }
    return Page(found, limit: limit)
  }

  /// How many sessions of the user live.
  public static func count(
    of user: Identifier, at now: Timestamp, in db: any Connection
  ) throws(Refusal) -> Int64 {
    try db.first(
      """
      SELECT count(*) FROM sessions
      WHERE user_id = $1 AND ended_at IS NULL AND expires_at > $2
      """,
      [.text(user.text), .integer(now.microseconds)]
    ) { row throws(Refusal) in try row.integer(0) } ?? 0
  }

  /// Ends a session of the user.
  /// - Returns: false if the user has no such session that lives.
  public static func end(
    id: String, of user: Identifier, at now: Timestamp, in db: any Connection
  ) throws(Refusal) -> Bool {
    try db.execute(
      """
      UPDATE sessions SET ended_at = $3
      WHERE id = $1 AND user_id = $2 AND ended_at IS NULL AND expires_at > $3
      """,
      [.text(id), .text(user.text), .integer(now.microseconds)]) == 1
  }

  /// Ends all sessions of the user, or all but one.
  public static func endAll(
    of user: Identifier, but kept: Identifier? = nil, at now: Timestamp, in db: any Connection
  ) throws(Refusal) {
    try db.execute(
      """
      UPDATE sessions SET ended_at = $3
      WHERE user_id = $1 AND id <> $2 AND ended_at IS NULL
      """,
      [.text(user.text), .text(kept?.text ?? ""), .integer(now.microseconds)])
  }

  /// From where the user's last hundred sessions were begun.
  public static func addresses(
    of user: Identifier, in db: any Connection
  ) throws(Refusal) -> [String] {
    try db.query(
      "SELECT ip_address FROM sessions WHERE user_id = $1 ORDER BY id DESC LIMIT 100",
      [.text(user.text)]
    ) { row throws(Refusal) in try row.optionalText(0) }.compactMap(\.self)
  }
}
