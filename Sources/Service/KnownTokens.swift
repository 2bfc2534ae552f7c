// Tokens that were read before: a client asks every few seconds with the same one, and to verify
// its signature took a third of the processor's time for `wallets/me`.

import Crypto
import Storage

/// What a token said whose signature was right. When that holds is asked at each use; and whether
/// the session lives, of the database.
struct KnownToken {
  let claims: AccessClaims
  let caller: Caller
}

/// The tokens that came of late. Only one that is signed by us gets in, so nobody can fill it.
///
/// Sendable because the tokens are touched only under the lock.
final class KnownTokens: @unchecked Sendable {
  /// Less than a kilobyte each.
  static let countMax = 1024

  private let lock = Lock()
  private var tokens: [String: KnownToken] = [:]

  /// What is known of a token, or what `read` makes of it.
  func token(_ text: String, or read: @autoclosure () -> KnownToken?) -> KnownToken? {
    if let known = lock.locked({ tokens[text] }) { return known }
    guard let token = read() else { return nil }
    lock.locked {
      // Whoever comes again is read again: simpler than to know who came last, and as seldom.
      if tokens.count >= KnownTokens.countMax { tokens = [:] }
      tokens[text] = token
    }
    return token
  }
}
