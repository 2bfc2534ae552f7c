// What an access token says about its bearer (RFC 7519, section 4), as values and as JSON.

import Domain

/// The claims of an access token. The issuer is always `dompet`.
public struct AccessClaims: Sendable, Equatable {
  /// The user's id (`sub`).
  public let subject: String
  public let username: String
  public let role: String
  /// The session that the token was made for (`sid`).
  public let sessionID: String
  /// In whole seconds (`iat`).
  public let issuedAt: Timestamp
  /// In whole seconds (`exp`): from this moment on the token is refused.
  public let expiresAt: Timestamp
  /// The token's own id (`jti`).
  public let tokenID: String

  public init(
    subject: String, username: String, role: String, sessionID: String,
    issuedAt: Timestamp, expiresAt: Timestamp, tokenID: String
  ) {
    self.subject = subject
    self.username = username
    self.role = role
    self.sessionID = sessionID
    self.issuedAt = issuedAt
    self.expiresAt = expiresAt
    self.tokenID = tokenID
  }
}

extension AccessClaims {
  /// How far the clock that issued a token may be ahead of ours.
  private static let issuedAheadSecondsMax: Int64 = 60
  /// 9999-12-31T23:59:59Z, the last second that RFC 3339 can write.
  private static let secondsMax: Int64 = 253_402_300_799

  /// The claims as a token's payload; times are cut to whole seconds.
  var payload: [UInt8] {
    JWTPayload(
      subject: subject, username: username, role: role, sessionID: sessionID,
      issued: issuedAt.seconds, expires: expiresAt.seconds, tokenID: tokenID
    ).json
  }

  /// Reads a payload whose signature has been verified. Nil unless it is one as `JWTPayload` reads
  /// it, and its times can be those of a token.
  init?(payload: [UInt8]) {
    guard let read = JWTPayload(asWritten: payload) ?? JWTPayload(json: payload),
      read.issued < read.expires, read.expires <= AccessClaims.secondsMax
    else { return nil }
    let epoch = Timestamp(microseconds: 0)
    self.init(
      subject: read.subject, username: read.username, role: read.role, sessionID: read.sessionID,
      issuedAt: epoch.adding(seconds: read.issued), expiresAt: epoch.adding(seconds: read.expires),
      tokenID: read.tokenID)
  }

  /// Whether they hold at `now`: `exp` to the second, `iat` up to 60 s ahead.
  public func isInForce(at now: Timestamp) -> Bool {
    issuedAt.seconds <= now.seconds + AccessClaims.issuedAheadSecondsMax
      && now.seconds < expiresAt.seconds
  }
}
