// Access tokens as they should be: made, read, in force for their time, signed by either key.

import Crypto
import Domain
import Testing

@Suite("access tokens")
struct JWTTests {
  @Test("a token says what was signed")
  func roundTrip() throws {
    let keys = try JWTKeys.make()
    let token = keys.sign(.make())
    #expect(keys.verify(token, at: now) == .make())
  }

  @Test("a token is written in one form: header, order of claims, and all")
  func form() throws {
    let parts = try JWTKeys.make().sign(.make()).split(separator: ".").map {
      Base64URL.decode(String($0)).map { String(decoding: $0, as: UTF8.self) }
    }
    #expect(parts[0] == #"{"alg":"HS256","kid":"\#(Forge.keyID)","typ":"JWT"}"#)
    #expect(
      parts[1] == #"{"iss":"dompet","sub":"0197a1c2-7a3b-7c4d-8e5f-0123456789ab","#
        + #""username":"budi","role":"USER","sid":"0197a1c2-7a3b-7c4d-8e5f-0123456789ac","#
        + #""iat":1781395200,"exp":1781396100,"jti":"0197a1c2-7a3b-7c4d-8e5f-0123456789ad"}"#)
  }

  @Test("text of any kind survives", arguments: ["bü\u{308}di \"\\/\u{0}\u{1f4b0}", "\u{202e}a.b"])
  func anyText(text: String) throws {
    let keys = try JWTKeys.make()
    let claims = AccessClaims(
      subject: text, username: text, role: text, sessionID: text, issuedAt: now,
      expiresAt: now.adding(seconds: 1), tokenID: text)
    #expect(keys.verify(keys.sign(claims), at: now) == claims)
  }

  @Test("times are cut to whole seconds")
  func wholeSeconds() throws {
    let keys = try JWTKeys.make()
    let claims = AccessClaims(
      subject: "u", username: "budi", role: "USER", sessionID: "s",
      issuedAt: Timestamp(microseconds: now.microseconds + 999_999),
      expiresAt: Timestamp(microseconds: now.microseconds + 1_999_999), tokenID: "t")
    let read = try #require(keys.verify(keys.sign(claims), at: now))
    #expect(read.issuedAt == now)
    #expect(read.expiresAt == now.adding(seconds: 1))
  }

  @Test("a token is in force up to the last microsecond before exp, and not at exp")
  func expiry() throws {
    let keys = try JWTKeys.make()
    let token = keys.sign(.make(expires: 5))
    let last = Timestamp(microseconds: now.microseconds + 4_999_999)
    #expect(keys.verify(token, at: last) != nil)
    #expect(keys.verify(token, at: now.adding(seconds: 5)) == nil)
  }

  @Test("the issuer's clock may be 60 s ahead of ours, not 61")
  func clockAhead() throws {
    let keys = try JWTKeys.make()
    #expect(keys.verify(keys.sign(.make(issued: 60)), at: now) != nil)
    #expect(keys.verify(keys.sign(.make(issued: 61)), at: now) == nil)
  }

  @Test("a token of the previous secret is accepted while that is configured, and new ones are not")
  func rotation() throws {
    let old = try JWTSecret.make("the secret before, also forty bytes long")
    let token = JWTKeys(current: old, previous: nil).sign(.make())
    let rotated = JWTKeys(current: try .make(), previous: old)
    #expect(rotated.verify(token, at: now) == .make())
    #expect(try JWTKeys.make().verify(token, at: now) == nil)
    #expect(try JWTKeys.make().verify(rotated.sign(.make()), at: now) == .make())
  }

  @Test("a secret of 32 bytes will do, counted in UTF-8; a shorter or empty one will not")
  func shortSecrets() {
    #expect(throws: Never.self) { try JWTSecret(String(repeating: "é", count: 16)) }
    for text in ["", String(repeating: "x", count: 31), String(repeating: "é", count: 15)] {
      #expect(throws: Invalid("must be at least 32 bytes")) { try JWTSecret(text) }
    }
  }

  @Test("any moment at all can be asked about", arguments: [Int64.min, -1, 0, 1, .max])
  func extremeMoments(microseconds: Int64) throws {
    let moment = Timestamp(microseconds: microseconds)
    let keys = try JWTKeys.make()
    #expect(keys.verify(keys.sign(.make()), at: moment) == nil)
    let claims = AccessClaims(
      subject: "u", username: "budi", role: "USER", sessionID: "s", issuedAt: moment,
      expiresAt: moment, tokenID: "t")
    #expect(keys.verify(keys.sign(claims), at: moment) == nil)
  }
}
