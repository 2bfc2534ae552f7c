// Tokens that were valid until somebody touched their text.

import Crypto
import Testing

@Suite("tampered access tokens")
struct JWTTamperTests {
  let keys: JWTKeys
  let token: String

  init() throws {
    keys = try .make()
    token = keys.sign(.make())
  }

  @Test("any other character at any place is refused")
  func everyCharacter() {
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    let others = Array((alphabet + ".=+/ \n\u{0}").utf8)
    let bytes = Array(token.utf8)
    var accepted: [String] = []
    for index in bytes.indices {
      for other in others where other != bytes[index] {
        var changed = bytes
        changed[index] = other
        let text = String(decoding: changed, as: UTF8.self)
        if keys.verify(text, at: now) != nil { accepted.append(text) }
      }
    }
    #expect(accepted == [])
  }

  @Test("any character left out, or put in twice, is refused")
  func leftOutOrTwice() {
    for index in token.indices {
      var shorter = token
      shorter.remove(at: index)
      #expect(keys.verify(shorter, at: now) == nil)
      var longer = token
      longer.insert(token[index], at: index)
      #expect(keys.verify(longer, at: now) == nil)
    }
  }

  @Test("every beginning and every end of a token is refused")
  func truncated() {
    for count in 0..<token.count {
      #expect(keys.verify(String(token.prefix(count)), at: now) == nil)
      #expect(keys.verify(String(token.suffix(count)), at: now) == nil)
    }
  }

  @Test("a token with something before, after or instead of a part is refused")
  func shape() {
    let parts = token.split(separator: ".").map(String.init)
    let (header, payload, signature) = (parts[0], parts[1], parts[2])
    let input = header + "." + payload
    let unsecured = Base64URL.encode(Array(#"{"alg":"none"}"#.utf8))
    let others = [
      "", ".", "..", "...", " ", header, input, "\(input).", "\(header)..\(signature)",
      ".\(payload).\(signature)", "\(payload).\(header).\(signature)", "\(token).",
      ".\(token)", "\(token).\(signature)", "\(token)..", "\(token)\(signature)", "\(token)=",
      "\(token)==", " \(token)", "\(token) ", "\(token)\n", "\(token)\u{0}", "Bearer \(token)",
      "\(token),\(token)", "\(unsecured).\(payload).", "\(unsecured).\(payload).\(signature)",
      "\(header)=.\(payload).\(signature)", "\(header).\(payload)=.\(signature)",
      token.uppercased(), token.lowercased(), String(token.reversed()),
    ]
    for other in others {
      #expect(keys.verify(other, at: now) == nil, "\(other)")
    }
  }

  @Test("a signed input that is padded or not canonical is refused, valid as its signature is")
  func encodings() {
    let parts = Forge.token().split(separator: ".").map(String.init)
    let (header, payload) = (parts[0], parts[1])
    #expect(keys.verify(Forge.signed("\(header).\(payload)"), at: now) != nil)
    for padding in ["=", "==", "A", "AA", "\n", " ", "+", "/"] {
      #expect(keys.verify(Forge.signed("\(header)\(padding).\(payload)"), at: now) == nil)
      #expect(keys.verify(Forge.signed("\(header).\(payload)\(padding)"), at: now) == nil)
    }
    for more in ["\(header).\(payload).\(payload)", header, "\(header)..\(payload)", ".\(header)"] {
      #expect(keys.verify(Forge.signed(more), at: now) == nil)
    }
  }

  @Test("the RFC's own tokens, HS256 (RFC 7515, A.1) and unsecured (RFC 7519, 6.1), are refused")
  func published() {
    let payload =
      "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0"
      + "cnVlfQ"
    let tokens = [
      "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.\(payload)"
        + ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
      "eyJhbGciOiJub25lIn0.\(payload).",
    ]
    for token in tokens {
      #expect(keys.verify(token, at: now) == nil)
    }
  }

  @Test("a valid token of 4096 bytes is accepted, one of 4097 or more is refused")
  func length() throws {
    #expect(try keys.verify(padded(to: 4095), at: now) != nil)
    #expect(try keys.verify(padded(to: 4096), at: now) != nil)
    #expect(try keys.verify(padded(to: 4097), at: now) == nil)
    #expect(try keys.verify(padded(to: 4098), at: now) == nil)
    #expect(keys.verify(String(repeating: ".", count: 1_000_000), at: now) == nil)
    #expect(keys.verify(String(repeating: "A", count: 1_000_000), at: now) == nil)
  }

  @Test("bytes that are not ASCII are refused")
  func notASCII() {
    for other in ["\u{e9}", "\u{ff0e}", "\u{1f4b0}", "\u{301}", "\u{200b}"] {
      #expect(keys.verify(token + other, at: now) == nil)
      #expect(keys.verify(other + token, at: now) == nil)
      #expect(keys.verify(token.replacing(".", with: other), at: now) == nil)
    }
  }

  /// A valid token of that many bytes, padded with white space inside of its JSON. Not every
  /// length of a part exists in Base64, so both parts are padded.
  private func padded(to count: Int) throws -> String {
    let payloadSpaces = count * 3 / 4 - Forge.token().utf8.count * 3 / 4 - 3
    let tokens = (0..<3).flatMap { header in
      (payloadSpaces..<payloadSpaces + 6).map { payload in
        Forge.token(
          header: Forge.header + String(repeating: " ", count: header),
          payload: Forge.payload() + String(repeating: " ", count: payload))
      }
    }
    return try #require(tokens.first { $0.utf8.count == count })
  }
}
