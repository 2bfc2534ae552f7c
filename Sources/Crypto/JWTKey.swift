// One signing key with the header that its tokens carry (RFC 7515, section 4).

import JSON

/// A key that signs with HS256, and its header, encoded once.
struct JWTKey: Sendable {
  let hmac: HMACSHA256
  /// `{"alg":"HS256","kid":"…","typ":"JWT"}` as a token's first part.
  let header: [UInt8]
  private let keyID: String

  init(_ secret: JWTSecret) {
    let keyID = secret.keyID
    var json = JSONWriter()
    json.object {
      $0.member("alg", "HS256")
      $0.member("kid", keyID)
      $0.member("typ", "JWT")
    }
    hmac = HMACSHA256(key: secret.key)
    header = Array(Base64URL.encode(json.bytes).utf8)
    self.keyID = keyID
  }

  /// Whether a token's first part names this key. Our own tokens do so byte for byte; for one
  /// that another library signed with our secret, the header may be spelled in another way but
  /// must say the same: `alg`, `kid` and `typ` exactly as above, each once, and nothing else.
  func isNamed(by part: ArraySlice<UInt8>) -> Bool {
    if part == header[...] { return true }
    guard let bytes = Base64URL.decode(part), let json = try? JSONValue.parse(bytes),
      case .object(let members) = json, members.count == 3
    else { return false }
    return json["alg"]?.string == "HS256" && json["kid"]?.string == keyID
      && json["typ"]?.string == "JWT"
  }
}
