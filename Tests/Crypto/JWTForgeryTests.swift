// Tokens that must be refused. All but a few carry a valid signature: the forger is given the
// secret, so that each rule stands alone.

import Crypto
import Testing

@Suite("forged access tokens")
struct JWTForgeryTests {
  @Test("the forge's own token is accepted, so that its other tokens are refused for a reason")
  func control() throws {
    #expect(try JWTKeys.make().verify(Forge.token(), at: now) != nil)
  }

  @Test(
    "a header that says the same in another way is accepted",
    arguments: [
      #"{"typ":"JWT","alg":"HS256","kid":"\#(Forge.keyID)"}"#,
      #" { "kid" : "\#(Forge.keyID)", "alg" : "HS256", "typ" : "JWT" } "#,
      #"{"\u0061lg":"HS\u003256","kid":"\#(Forge.keyID)","typ":"JWT"}"#,
    ])
  func sameHeader(header: String) throws {
    #expect(try JWTKeys.make().verify(Forge.token(header: header), at: now) != nil)
  }

  @Test("a header that says anything else is refused", arguments: headers)
  func header(header: String) throws {
    #expect(try JWTKeys.make().verify(Forge.token(header: header), at: now) == nil)
  }

  @Test(
    "a payload that says the same in another way is accepted",
    arguments: [
      " " + Forge.payload() + "\n", Forge.payload().replacing(":", with: " : "),
      Forge.payload().replacing("dompet", with: #"\u0064ompet"#),
      Forge.payload().replacing("sub", with: #"\u0073ub"#),
      Forge.payload(iat: "1781395200.0", exp: "17813961e2"),
      #"{"iat":0,\#(Forge.payload().dropFirst().replacing(#""iat":1781395200,"#, with: ""))"#,
    ])
  func samePayload(payload: String) throws {
    let claims = try #require(JWTKeys.make().verify(Forge.token(payload: payload), at: now))
    let ours = try #require(JWTKeys.make().verify(Forge.token(), at: now))
    #expect(claims.subject == ours.subject && claims.username == ours.username)
    #expect(claims.role == ours.role && claims.sessionID == ours.sessionID)
    #expect(claims.expiresAt == ours.expiresAt && claims.tokenID == ours.tokenID)
  }

  @Test("a payload that says anything else is refused", arguments: payloads)
  func payload(payload: String) throws {
    #expect(try JWTKeys.make().verify(Forge.token(payload: payload), at: now) == nil)
  }

  @Test("with every claim but one the token is refused", arguments: 0..<8)
  func missingClaim(index: Int) throws {
    var members = Forge.payload().dropFirst().dropLast().split(separator: ",")
    try #require(members.count == 8)
    members.remove(at: index)
    let payload = "{" + members.joined(separator: ",") + "}"
    #expect(try JWTKeys.make().verify(Forge.token(payload: payload), at: now) == nil)
  }

  @Test("another secret's signature is refused, although kid names ours")
  func otherSecret() throws {
    let token = Forge.token(secret: "somebody else's secret, of forty bytes!!")
    #expect(try JWTKeys.make().verify(token, at: now) == nil)
  }

  @Test("an empty or a guessable key is refused", arguments: ["", "secret", Forge.keyID, "dompet"])
  func weakKey(secret: String) throws {
    #expect(try JWTKeys.make().verify(Forge.token(secret: secret), at: now) == nil)
  }

  @Test("the two kinds of key do not mix: the current kid over the previous signature is refused")
  func mixedKeys() throws {
    let old = "the secret before, also forty bytes long"
    let keys = JWTKeys(current: try .make(), previous: try .make(old))
    #expect(keys.verify(Forge.token(secret: old), at: now) == nil)
  }

  private static let kid = #""kid":"\#(Forge.keyID)""#

  private static let headers =
    [
      "", "{}", "[]", "null", "\"HS256\"", "{", Forge.header + "x", Forge.header + Forge.header,
      "\u{feff}" + Forge.header, "[\(Forge.header)]",
    ] + algorithms + types + keyIDs + additions

  /// What stands where `HS256` should.
  private static let algorithms =
    [
      #""none""#, #""None""#, #""NONE""#, #""nOnE""#, #""""#, #""hs256""#, #""Hs256""#,
      #""HS256 ""#, #"" HS256""#, #""HS256\u0000""#, #""HS384""#, #""HS512""#, #""RS256""#,
      #""ES256""#, #""PS256""#, #""EdDSA""#, #""HS256,none""#, #""HS\uff1256""#, "null", "256",
      "true", #"["HS256"]"#, #"{"alg":"HS256"}"#,
    ].map { #"{"alg":\#($0),\#(kid),"typ":"JWT"}"# } + [#"{\#(kid),"typ":"JWT"}"#]

  private static let types =
    [
      #""jwt""#, #""Jwt""#, #""JWE""#, #""at+jwt""#, #""application/jwt""#, #""""#, #""JWT ""#,
      "null", "1", #"["JWT"]"#,
    ].map { #"{"alg":"HS256",\#(kid),"typ":\#($0)}"# } + [#"{"alg":"HS256",\#(kid)}"#]

  private static let keyIDs =
    [
      #""""#, #""0""#, #""0000000000000000""#, #""\#(Forge.keyID.uppercased())""#,
      #""\#(Forge.keyID) ""#, #""\#(Forge.keyID)\u0000""#, #""\#(Forge.keyID.dropLast())""#,
      #""../../../../dev/null""#, #""/dev/null""#, #""/proc/sys/kernel/randomize_va_space""#,
      #""' OR '1'='1""#, #""x' UNION SELECT 'secret' -- ""#, #""| id""#, #""%00""#,
      #""https://example.com/key""#, #""\#(String(repeating: "f", count: 2000))""#,
      #""\#(secretText)""#, "null", "0", "-1", "1e400", "true", "[]", "{}",
      #"["\#(Forge.keyID)"]"#, #"{"\#(Forge.keyID)":1}"#,
    ].map { #"{"alg":"HS256","kid":\#($0),"typ":"JWT"}"# } + [#"{"alg":"HS256","typ":"JWT"}"#]

  /// Members that a header of ours does not have, and some that it would have twice.
  private static let additions = [
    #""crit":["exp"]"#, #""crit":[]"#, #""b64":false,"crit":["b64"]"#, #""cty":"JWT""#,
    #""jwk":{"kty":"oct","k":"AAAA"}"#, #""jku":"https://example.com/keys""#,
    #""x5u":"https://example.com/x""#, #""x5c":["AAAA"]"#, #""zip":"DEF""#, #""enc":"A256GCM""#,
    #""x":1"#, #""":"""#, #""ALG":"none""#, #""alg":"HS256""#, #""alg":"none""#, kid,
    #""kid":"other""#, #""typ":"JWT""#, #""\u0061lg":"none""#,
    #""x":\#(String(repeating: "[", count: 1000) + String(repeating: "]", count: 1000))"#,
  ].flatMap { ["\(Forge.header.dropLast()),\($0)}", "{\($0),\(Forge.header.dropFirst())"] }

  private static let payloads =
    [
      "", "{}", "[]", "null", "1", "\"\"", "{", "\u{feff}" + Forge.payload(),
      Forge.payload() + "x", Forge.payload() + Forge.payload(), "[\(Forge.payload())]",
      Forge.payload().replacing(#""USER""#, with: #""""#),
      Forge.payload().replacing(#""budi""#, with: #""""#),
      Forge.payload().replacing(#""USER""#, with: #"["USER"]"#),
      Forge.payload().replacing(#""budi""#, with: "1"),
      Forge.payload().replacing(#""exp""#, with: #""EXP""#),
    ] + texts + times + claimAdditions

  private static let texts =
    [#""""#, "null", "1", "true", "[]", "{}", #"["dompet"]"#].flatMap {
      [
        Forge.payload(iss: $0), Forge.payload(sub: $0), Forge.payload(sid: $0),
        Forge.payload(jti: $0),
      ]
    }
    + [#""Dompet""#, #""dompet ""#, #""dompet\u0000""#, #""https://dompet""#, #""dompe""#].map {
      Forge.payload(iss: $0)
    }

  private static let times =
    [
      "null", "true", "[]", "{}", #""""#, #""1781395200""#, #""1781396100""#, "1781395200.5",
      "1781396100.5", "-1", "-1781396100", "-9223372036854775808", "9223372036854775807",
      "9223372036854775808", "99999999999999999999999999", "1e30", "1e400", "-1e400", "1e999999999",
      "1e-999999999", "NaN", "Infinity", "0x6a2ea484", "01781396100", "+1781396100", "253402300800",
    ].flatMap { [Forge.payload(iat: $0), Forge.payload(exp: $0)] }
    + [
      Forge.payload(exp: "1781395300"),  // now
      Forge.payload(exp: "1781395299"), Forge.payload(exp: "0"),
      Forge.payload(iat: "1781395361"),  // 61 s ahead
      Forge.payload(iat: "1781395350", exp: "1781395350"),
      Forge.payload(iat: "1781395351", exp: "1781395350"),
    ]

  /// Claims that a payload of ours does not have, and some that it would have twice.
  private static let claimAdditions = [
    #""nbf":0"#, #""aud":"dompet""#, #""admin":true"#, #""":"""#, #""exp":1781396100"#,
    #""exp":9999999999"#, #""\u0065xp":9999999999"#, #""sub":"u-2""#, #""role":"ADMIN""#,
    #""iss":"dompet""#, #""sid":"s-2""#, #""x":{"a":[{"b":[]}]}"#,
    #""x":\#(String(repeating: "[", count: 1000) + String(repeating: "]", count: 1000))"#,
    #""x":\#(String(repeating: #"{"a":"#, count: 400) + "1" + String(repeating: "}", count: 400))"#,
  ].map { Forge.payload(more: ",\($0)") }
}
