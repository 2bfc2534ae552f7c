// What an access token says about its bearer (RFC 7519, section 4), as values and as JSON.

import Domain
import JSON

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
  private static let issuer = "dompet"
  /// How far the clock that issued a token may be ahead of ours.
  private static let issuedAheadSecondsMax: Int64 = 60
  /// 9999-12-31T23:59:59Z, the last second that RFC 3339 can write.
  private static let secondsMax: Int64 = 253_402_300_799

  /// The claims as a token's payload; times are cut to whole seconds.
  var payload: [UInt8] {
    var json = JSONWriter()
    json.object {
      $0.member("iss", AccessClaims.issuer)
      $0.member("sub", subject)
      $0.member("username", username)
      $0.member("role", role)
      $0.member("sid", sessionID)
      $0.member("iat", issuedAt.seconds)
      $0.member("exp", expiresAt.seconds)
      $0.member("jti", tokenID)
    }
    return json.bytes
  }

  /// Reads a payload whose signature has been verified. Nil unless it holds the eight claims that
  /// `payload` writes, each once, none of them empty, and nothing else (a claim that we do not
  /// understand might restrict the token), and the token is in force at `now`.
  init?(payload: [UInt8], at now: Timestamp) {
    guard let json = try? JSONValue.parse(payload), case .object(let members) = json,
      members.count == 8, json["iss"]?.string == AccessClaims.issuer,
      let subject = json.text("sub"), let username = json.text("username"),
      let role = json.text("role"), let sessionID = json.text("sid"),
      let tokenID = json.text("jti"),
      let issued = json.wholeSeconds("iat"), let expires = json.wholeSeconds("exp"),
      issued <= now.seconds + AccessClaims.issuedAheadSecondsMax,
      issued < expires, now.seconds < expires, expires <= AccessClaims.secondsMax
    else { return nil }
    let epoch = Timestamp(microseconds: 0)
    self.init(
      subject: subject, username: username, role: role, sessionID: sessionID,
      issuedAt: epoch.adding(seconds: issued), expiresAt: epoch.adding(seconds: expires),
      tokenID: tokenID)
  }
}

extension JSONValue {
  /// The member's text, if it is a string and not empty.
  fileprivate func text(_ name: String) -> String? {
    guard let text = self[name]?.string, !text.isEmpty else { return nil }
    return text
  }

  /// The member's value, if it is a whole number of seconds since 1970, none before it.
  fileprivate func wholeSeconds(_ name: String) -> Int64? {
    guard let seconds = self[name]?.number?.exactInteger, seconds >= 0 else { return nil }
    return seconds
  }
}
