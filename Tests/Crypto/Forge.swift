// Tokens for the tests: what ours look like, and a forge that signs whatever it is given.

import Crypto
import Domain

/// 2026-06-14T00:01:40Z: every token of these tests is looked at then, unless a test says so.
let now = Timestamp(microseconds: 1_781_395_300_000_000)

let secretText = "a secret of forty bytes, only for tests!"

extension JWTSecret {
  static func make(_ text: String = secretText) throws -> JWTSecret {
    try JWTSecret(text)
  }
}

extension JWTKeys {
  static func make() throws -> JWTKeys {
    JWTKeys(current: try .make(), previous: nil)
  }
}

extension AccessClaims {
  static func make(issued: Int64 = -100, expires: Int64 = 800) -> AccessClaims {
    AccessClaims(
      subject: "0197a1c2-7a3b-7c4d-8e5f-0123456789ab", username: "budi", role: "USER",
      sessionID: "0197a1c2-7a3b-7c4d-8e5f-0123456789ac", issuedAt: now.adding(seconds: issued),
      expiresAt: now.adding(seconds: expires), tokenID: "0197a1c2-7a3b-7c4d-8e5f-0123456789ad")
  }
}

/// Somebody who has the secret (the worst case) and spells tokens as he likes.
enum Forge {
  static let keyID = Hex.encode(
    Array(SHA256.hash(Array("dompet-kid:\(secretText)".utf8)).prefix(8)))

  static let header = #"{"alg":"HS256","kid":"\#(keyID)","typ":"JWT"}"#

  static func payload(
    iss: String = #""dompet""#, sub: String = #""u-1""#, sid: String = #""s-1""#,
    iat: String = "1781395200", exp: String = "1781396100", jti: String = #""t-1""#,
    more: String = ""
  ) -> String {
    #"{"iss":\#(iss),"sub":\#(sub),"username":"budi","role":"USER","sid":\#(sid),"#
      + #""iat":\#(iat),"exp":\#(exp),"jti":\#(jti)\#(more)}"#
  }

  static func token(
    header: String = header, payload: String = payload(), secret: String = secretText
  ) -> String {
    signed(
      Base64URL.encode(Array(header.utf8)) + "." + Base64URL.encode(Array(payload.utf8)),
      secret: secret)
  }

  static func signed(_ input: String, secret: String = secretText) -> String {
    let code = HMACSHA256(key: Array(secret.utf8)).authenticate(Array(input.utf8))
    return input + "." + Base64URL.encode(code)
  }
}
