// A token's payload: its claims in JSON (RFC 7519, section 4), before anybody asks what time it is.

import JSON

/// The eight claims of an access token; times in seconds since 1970.
struct JWTPayload {
  private static let issuer = "dompet"

  let subject: String
  let username: String
  let role: String
  let sessionID: String
  let issued: Int64
  let expires: Int64
  let tokenID: String

  /// The payload of a token of ours.
  var json: [UInt8] {
    var json = JSONWriter()
    json.object {
      $0.member("iss", JWTPayload.issuer)
      $0.member("sub", subject)
      $0.member("username", username)
      $0.member("role", role)
      $0.member("sid", sessionID)
      $0.member("iat", issued)
      $0.member("exp", expires)
      $0.member("jti", tokenID)
    }
    return json.bytes
  }
}

extension JWTPayload {
  /// Reads what `json` writes, byte for byte, as nearly every payload is: several times faster than
  /// any JSON. Nil for all else, also where a text has an escape or is not ASCII.
  init?(asWritten json: [UInt8]) {
    var reader = PayloadReader(json: json)
    guard reader.take(#"{"iss":"dompet","sub":""#), let subject = reader.text(),
      reader.take(#"","username":""#), let username = reader.text(),
      reader.take(#"","role":""#), let role = reader.text(),
      reader.take(#"","sid":""#), let sessionID = reader.text(),
      reader.take(#"","iat":"#), let issued = reader.seconds(),
      reader.take(#","exp":"#), let expires = reader.seconds(),
      reader.take(#","jti":""#), let tokenID = reader.text(),
      reader.take(#""}"#), reader.isAtEnd
    else { return nil }
    self.init(
      subject: subject, username: username, role: role, sessionID: sessionID, issued: issued,
      expires: expires, tokenID: tokenID)
  }

  /// Reads any JSON that says the same, as another library writes it with our secret. Nil unless
  /// it holds the eight claims, each once, none of them empty, and nothing else: a claim that we do
  /// not understand might restrict the token.
  init?(json: [UInt8]) {
    guard let json = try? JSONValue.parse(json), case .object(let members) = json,
      members.count == 8, json["iss"]?.string == JWTPayload.issuer,
      let subject = json.text("sub"), let username = json.text("username"),
      let role = json.text("role"), let sessionID = json.text("sid"),
      let issued = json.wholeSeconds("iat"), let expires = json.wholeSeconds("exp"),
      let tokenID = json.text("jti")
    else { return nil }
    self.init(
      subject: subject, username: username, role: role, sessionID: sessionID, issued: issued,
      expires: expires, tokenID: tokenID)
  }
}

private struct PayloadReader {
  let json: [UInt8]
  private var position = 0

  init(json: [UInt8]) {
    self.json = json
  }

  var isAtEnd: Bool { position == json.count }

  /// Steps over these bytes.
  mutating func take(_ expected: String) -> Bool {
    let expected = expected.utf8.span
    guard json.count - position >= expected.count else { return false }
    for index in 0..<expected.count where json[position + index] != expected[index] {
      return false
    }
    position += expected.count
    return true
  }

  /// A text that is not empty, up to a quote: printable ASCII without a backslash.
  mutating func text() -> String? {
    let start = position
    while position < json.count, json[position] != UInt8(ascii: "\"") {
      let byte = json[position]
      guard 0x20...0x7E ~= byte, byte != UInt8(ascii: "\\") else { return nil }
      position += 1
    }
    return position > start ? String(decoding: json[start..<position], as: UTF8.self) : nil
  }

  /// A whole number of at most twelve digits without a zero before it.
  mutating func seconds() -> Int64? {
    let start = position
    var seconds: Int64 = 0
    while position < json.count, 0x30...0x39 ~= json[position] {
      seconds = seconds &* 10 &+ Int64(json[position] &- 0x30)
      position += 1
    }
    guard 1...12 ~= position - start, json[start] != 0x30 else { return nil }
    return seconds
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
