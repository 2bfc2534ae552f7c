// What was verified before is not verified again, and nothing else is taken for it.

import Crypto
import Domain
import Testing

@testable import Service

@Suite("Tokens that were verified before") struct KnownTokensTests {
  private let known = KnownTokens()
  private let counter = Counter()

  /// A token of this user's; nil if it is none.
  private func token(_ text: String, of user: String?) -> KnownToken? {
    known.token(text, or: counter.verified(user))
  }

  @Test("are verified once, each for itself")
  func once() {
    for _ in 1...3 {
      #expect(token("a", of: "ana")?.claims.username == "ana")
      #expect(token("b", of: "budi")?.claims.username == "budi")
    }
    #expect(counter.count == 2)
  }

  @Test("are others when a single character differs")
  func differing() {
    _ = token("header.payload.signature", of: "ana")
    for other in ["header.payload.signatura", "header.payload.signatur", "header.payload"] {
      #expect(token(other, of: nil) == nil, "\(other)")
    }
  }

  @Test("are not those that were refused")
  func refused() {
    #expect(token("a", of: nil) == nil)
    #expect(token("a", of: "ana")?.claims.username == "ana")
  }

  @Test("are never too many: then all are forgotten, and verified again")
  func bounded() {
    for number in 0...Bounds.knownTokensMax { _ = token("\(number)", of: "ana") }
    #expect(counter.count == Bounds.knownTokensMax + 1)
    _ = token("0", of: "ana")
    #expect(counter.count == Bounds.knownTokensMax + 2)
    _ = token("\(Bounds.knownTokensMax)", of: "ana")
    #expect(counter.count == Bounds.knownTokensMax + 2)
  }
}

private final class Counter {
  private(set) var count = 0

  func verified(_ user: String?) -> KnownToken? {
    count += 1
    guard let user, let id = Identifier("0197a1c2-7a3b-7c4d-8e5f-0123456789ab") else { return nil }
    let moment = Timestamp(microseconds: 0)
    let claims = AccessClaims(
      subject: id.text, username: user, role: "USER", sessionID: id.text, issuedAt: moment,
      expiresAt: moment.adding(seconds: 900), tokenID: "t")
    return KnownToken(claims: claims, caller: Caller(userID: id, sessionID: id))
  }
}
