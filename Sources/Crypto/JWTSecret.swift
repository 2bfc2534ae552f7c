// The secret that signs access tokens, and the name by which a token's header calls it.

import Domain

/// A secret long enough to sign with HS256.
public struct JWTSecret: Sendable {
  /// RFC 7518, section 3.2: a key at least as long as the hash.
  public static let bytesMin = 32

  let key: [UInt8]

  /// The key is the UTF-8 bytes of `text`; throws if there are fewer than `bytesMin`.
  public init(_ text: String) throws(Invalid) {
    key = Array(text.utf8)
    guard key.count >= JWTSecret.bytesMin else {
      throw Invalid("must be at least \(JWTSecret.bytesMin) bytes")
    }
  }

  /// What `kid` says for this secret (RFC 7515, section 4.1.4): the first 16 hexadecimal digits of
  /// SHA-256 over `dompet-kid:` and the key, as `printf 'dompet-kid:%s' "$SECRET" | sha256sum`
  /// begins.
  var keyID: String {
    Hex.encode(Array(SHA256.hash(Array("dompet-kid:".utf8) + key).prefix(8)))
  }
}
