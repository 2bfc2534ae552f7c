// Access tokens: JSON Web Tokens (RFC 7519) in compact form (RFC 7515), signed with HS256 and
// nothing else, whatever a header says.

import Domain

/// The keys that sign and verify access tokens.
public struct JWTKeys: Sendable {
  /// The longest token that is looked at. Ours have about 400 bytes.
  public static let tokenBytesMax = 4096

  private static let dot = UInt8(ascii: ".")

  private let current: JWTKey
  private let previous: JWTKey?

  /// Tokens are signed with `current`; those signed with `previous` are accepted until they
  /// expire, so that a secret can be replaced without logging anybody out.
  public init(current: JWTSecret, previous: JWTSecret?) {
    self.current = JWTKey(current)
    self.previous = previous.map(JWTKey.init)
  }

  /// A token that says `claims`, their times cut to whole seconds.
  public func sign(_ claims: AccessClaims) -> String {
    let input = current.header + [JWTKeys.dot] + Array(Base64URL.encode(claims.payload).utf8)
    let signature = Base64URL.encode(current.hmac.authenticate(input))
    return String(decoding: input, as: UTF8.self) + "." + signature
  }

  /// What a token says, or nil if anything about it is off: it is not signed by one of the keys,
  /// not in force at `now`, or not of the one form that `sign` gives it. Nothing in the payload is
  /// read before the signature has been verified.
  public func verify(_ token: String, at now: Timestamp) -> AccessClaims? {
    guard token.utf8.count <= JWTKeys.tokenBytesMax else { return nil }
    let bytes = Array(token.utf8)
    // A third dot would be within the payload, and Base64 has none.
    guard let first = bytes.firstIndex(of: JWTKeys.dot),
      let last = bytes.lastIndex(of: JWTKeys.dot), first < last,
      let key = key(namedBy: bytes[..<first]),
      let signature = Base64URL.decode(bytes[(last + 1)...]),
      constantTimeEqual(signature, key.hmac.authenticate(bytes.span.extracting(..<last))),
      let payload = Base64URL.decode(bytes[(first + 1)..<last]),
      let claims = AccessClaims(payload: payload), claims.isInForce(at: now)
    else { return nil }
    return claims
  }

  private func key(namedBy header: ArraySlice<UInt8>) -> JWTKey? {
    if current.isNamed(by: header) { return current }
    if let previous, previous.isNamed(by: header) { return previous }
    return nil
  }
}
