// The secrets that are handed out and kept only as digests: refresh tokens, and the one-time tokens
// of a password reset.

import Crypto
import Domain

/// What a session is gone on with: 16 bytes that all tokens of the session share, its family, and
/// 32 random ones that are each token's own. In Base64url, 64 characters.
public struct RefreshToken: Sendable {
  private static let familyBytes = 16
  private static let ownBytes = 32

  public let text: String
  private let family: [UInt8]

  /// Nil if it is not of the form of a token.
  public init?(_ text: String) {
    guard let bytes = Base64URL.decode(text),
      bytes.count == RefreshToken.familyBytes + RefreshToken.ownBytes
    else { return nil }
    self.init(family: Array(bytes.prefix(RefreshToken.familyBytes)), text: text)
  }

  /// The first of a session.
  public static func make(in world: World) -> RefreshToken {
    of(family: world.randomBytes(familyBytes), in: world)
  }

  /// The next of the same session.
  public func successor(in world: World) -> RefreshToken {
    .of(family: family, in: world)
  }

  var familyDigest: [UInt8] { SHA256.hash(family) }
  var digest: [UInt8] { SHA256.hash(Array(text.utf8)) }

  private static func of(family: [UInt8], in world: World) -> RefreshToken {
    RefreshToken(
      family: family, text: Base64URL.encode(family + world.randomBytes(ownBytes)))
  }

  private init(family: [UInt8], text: String) {
    self.family = family
    self.text = text
  }
}

/// What proves that an operator let somebody set a new password: 32 random bytes in Base64url.
public struct ResetToken: Sendable {
  /// For so long it is good.
  public static let lifetimeSeconds: Int64 = 3600

  public let text: String

  /// Any text may be asked for.
  public init(_ text: String) {
    self.text = text
  }

  public static func make(in world: World) -> ResetToken {
    ResetToken(Base64URL.encode(world.randomBytes(32)))
  }

  var digest: [UInt8] { SHA256.hash(Array(text.utf8)) }
}
