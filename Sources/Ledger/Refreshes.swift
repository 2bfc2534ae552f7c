// Statements about what refresh tokens do to their session.

import Domain
import Storage

/// What becomes of a session when its refresh token is shown.
public enum Refreshes {
  /// Whose session goes on, and which.
  public struct Grant: Sendable {
    public let user: User
    public let sessionID: Identifier
  }

  /// Exchanges a refresh token for its successor.
  ///
  /// A token that was used before ends its session. That is a change to keep, so it is told by the
  /// result, not thrown.
  /// - Parameter ifReused: is told whose session was ended so.
  /// - Returns: nil if the token is good for nothing, or no longer.
  public static func rotate(
    _ token: RefreshToken, to successor: RefreshToken, lifetime: SessionLifetime,
    at now: Timestamp, in db: any Connection, ifReused: (Identifier) -> Void = { _ in }
  ) throws(Refusal) -> Grant? {
    try db.serialize(on: [Turn.session(of: token)])
    guard var found = try find(token, at: now, in: db) else { return nil }
    let expiresAt = lifetime.end(createdAt: found.createdAt, lastUsedAt: now)
    guard now < expiresAt, found.chain.rotate(token.digest, to: successor.digest, at: now) else {
      try end(of: token, at: now, in: db)
      if now < expiresAt { ifReused(found.grant.user.id) }
      return nil
    }
    try db.execute(
      """
      UPDATE sessions SET refresh_digests = $2, previous_digests = $3, rotated_at = $4,
        last_used_at = CASE WHEN last_used_at > $5 THEN last_used_at ELSE $5 END, expires_at = $6
      WHERE id = $1
      """,
      [
        .text(found.grant.sessionID.text), .bytes(Array(found.chain.current.joined())),
        .bytes(Array(found.chain.previous.joined())),
        .optional(found.chain.rotatedAt?.microseconds), .integer(now.microseconds),
        .integer(expiresAt.microseconds),
      ])
    return found.grant
  }

  /// Ends the session of a refresh token, whichever of its tokens it is.
  public static func end(
    of token: RefreshToken, at now: Timestamp, in db: any Connection
  ) throws(Refusal) {
    try db.execute(
      "UPDATE sessions SET ended_at = $2 WHERE family_digest = $1 AND ended_at IS NULL",
      [.bytes(token.familyDigest), .integer(now.microseconds)])
  }

  private struct Found {
    let grant: Grant
    let createdAt: Timestamp
    var chain: RefreshChain
  }

  /// The session that lives, of a user who is active.
  private static func find(
    _ token: RefreshToken, at now: Timestamp, in db: any Connection
  ) throws(Refusal) -> Found? {
    try db.first(
      """
      SELECT u.id, u.email, u.username, u.name, u.role, u.created_at,
        s.id, s.created_at, s.refresh_digests, s.previous_digests, s.rotated_at
      FROM sessions AS s JOIN users AS u ON u.id = s.user_id
      WHERE s.family_digest = $1 AND s.ended_at IS NULL AND s.expires_at > $2 AND u.is_active = 1
      """,
      [.bytes(token.familyDigest), .integer(now.microseconds)]
    ) { row throws(Refusal) in
      let chain = RefreshChain(
        current: digests(try row.bytes(8)), previous: digests(try row.bytes(9)),
        rotatedAt: try row.optionalTimestamp(10))
      return Found(
        grant: Grant(user: try Users.user(row), sessionID: try row.identifier(6)),
        createdAt: try row.timestamp(7), chain: chain)
    }
  }

  /// 32 bytes each, one after another.
  private static func digests(_ bytes: [UInt8]) -> [[UInt8]] {
    stride(from: 0, to: bytes.count, by: 32).map { Array(bytes[$0...].prefix(32)) }
  }
}
