// A login that lasts: what a refresh token stands for.

/// A session at its beginning.
public struct Session: Equatable, Sendable {
  /// How long a session lives unless it is ended before: 30 days.
  public static let lifetimeSeconds: Int64 = 2_592_000

  public let id: Identifier
  public let userID: Identifier
  /// SHA-256 of the refresh token; the token itself is not stored.
  public let refreshDigest: [UInt8]
  public let userAgent: String?
  public let ipAddress: String?
  public let createdAt: Timestamp

  public init(
    id: Identifier, userID: Identifier, refreshDigest: [UInt8], userAgent: String?,
    ipAddress: String?, createdAt: Timestamp
  ) {
    self.id = id
    self.userID = userID
    self.refreshDigest = refreshDigest
    self.userAgent = userAgent
    self.ipAddress = ipAddress
    self.createdAt = createdAt
  }

  public var expiresAt: Timestamp { createdAt.adding(seconds: Session.lifetimeSeconds) }
}
