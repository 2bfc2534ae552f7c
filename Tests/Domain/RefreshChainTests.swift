// Which refresh tokens are good: tokens are named by single bytes, times are seconds.

import Domain
import Testing

@Suite("A chain of refresh tokens") final class RefreshChainTests {
  private var chain = RefreshChain(current: [[1]])

  private func use(_ token: UInt8, for successor: UInt8, at seconds: Int64) -> Bool {
    chain.rotate([token], to: [successor], at: Timestamp(microseconds: seconds * 1_000_000))
  }

  @Test("goes on from token to token")
  func goesOn() {
    for token in UInt8(1)...200 { #expect(use(token, for: token + 1, at: Int64(token) * 900)) }
    #expect(chain.current == [[201]] && chain.previous == [[200]])
  }

  @Test("takes a direct predecessor again for 10 s after its first use, and not later")
  func repeated() {
    #expect(use(1, for: 2, at: 100))
    #expect(use(1, for: 3, at: 100))
    #expect(use(1, for: 4, at: 110))
    #expect(chain.current == [[2], [3], [4]])
    #expect(!use(1, for: 5, at: 111))
  }

  @Test("goes on with whichever successor the client has kept", arguments: [UInt8(2), 3, 4])
  func siblings(kept: UInt8) {
    for successor in UInt8(2)...4 { #expect(use(1, for: successor, at: 100)) }
    #expect(use(kept, for: 9, at: 5000))
    #expect(chain.current == [[9]])
  }

  @Test("takes the siblings of the one that went on as predecessors: for 10 s, and not later")
  func otherSibling() {
    _ = use(1, for: 2, at: 100)
    _ = use(1, for: 3, at: 100)
    #expect(use(2, for: 4, at: 5000))
    #expect(use(3, for: 5, at: 5010))
    #expect(!use(3, for: 6, at: 5011))
  }

  @Test("does not take what is older than the direct predecessor, however soon it comes")
  func older() {
    _ = use(1, for: 2, at: 100)
    _ = use(2, for: 3, at: 100)
    #expect(!use(1, for: 4, at: 100))
  }

  @Test("does not take what it never made, and is not changed by it")
  func foreign() {
    _ = use(1, for: 2, at: 100)
    let before = chain
    #expect(!use(77, for: 3, at: 100))
    #expect(chain == before)
  }

  @Test("remembers 64 siblings, the youngest")
  func bounded() {
    for successor in UInt8(2)...66 { #expect(use(1, for: successor, at: 100)) }
    #expect(chain.current.count == 64)
    #expect(!use(2, for: 99, at: 101))
    #expect(use(3, for: 99, at: 101))
  }

  @Test("ends after the idle time, and after the whole time in any case")
  func lifetime() {
    let lifetime = SessionLifetime(idleSeconds: 100, wholeSeconds: 150)
    let begin = Timestamp(microseconds: 7)
    for (used, end) in [(Int64(0), Int64(100)), (49, 149), (50, 150), (149, 150)] {
      #expect(
        lifetime.end(createdAt: begin, lastUsedAt: begin.adding(seconds: used))
          == begin.adding(seconds: end))
    }
  }
}
