// Tokens that were verified before: a client asks every few seconds with the same one, and to
// verify it was a third of the program's own instructions for `wallets/me`.

import Crypto
import Storage

/// What a token said that was verified. Whether it holds yet is asked at each use; and whether the
/// session lives, of the database.
struct KnownToken {
  let claims: AccessClaims
  let caller: Caller
}

/// The tokens that came of late. Who logs in again and again to fill it makes others' tokens be
/// verified once more, no worse.
///
/// Sendable because the tokens are touched only under the lock.
final class KnownTokens: @unchecked Sendable {
  private let lock = Lock()
  private var tokens: [String: KnownToken] = [:]

  /// What is known of a token in ASCII, or what `verify` makes of it.
  func token(_ text: String, or verify: @autoclosure () -> KnownToken?) -> KnownToken? {
    if let known = lock.locked({ tokens[text] }) { return known }
    guard let token = verify() else { return nil }
    lock.locked {
      // Simpler than to know who came last: whoever comes again is verified again.
      if tokens.count >= Bounds.knownTokensMax { tokens.removeAll(keepingCapacity: true) }
      tokens[text] = token
    }
    return token
  }
}
