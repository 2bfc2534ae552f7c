// Only so many hash at once; the others wait for their turn, or are refused when it does not come.

import Domain
import Foundation
import Support
import Testing

@testable import Passwords

@Suite struct PlacesTests {
  @Test("whoever finds no place in time is refused as busy")
  func refused() {
    let passwords = Passwords(simultaneousMax: 0, waitMilliseconds: 20)
    #expect(throws: Refusal.busy(evidence: "too many passwords are being hashed")) {
      try passwords.verify([1], hash: nil)
    }
    #expect(throws: Refusal.busy(evidence: "too many passwords are being hashed")) {
      try passwords.hash([1], salt: [UInt8](repeating: 0, count: 16))
    }
  }

  @Test("never more are at work than there are places")
  func limit() {
    let places = Places(count: 2, waitingMax: 100)
    let atWork = Shared((now: 0, most: 0))
    inThreads(64) { _ in
      try? places.occupy(waitMilliseconds: 60_000) { () throws(Refusal) in
        atWork.withLock {
          $0.now += 1
          $0.most = max($0.most, $0.now)
        }
        usleep(1000)
        atWork.withLock { $0.now -= 1 }
      }
    }
    #expect(atWork.withLock { $0.now == 0 && (1...2).contains($0.most) })
  }

  @Test("who would be one too many to wait is refused at once", .timeLimit(.minutes(1)))
  func tooManyWaiting() {
    let passwords = Passwords(simultaneousMax: 0, waitingMax: 0, waitMilliseconds: 600_000)
    #expect(throws: Refusal.self) { try passwords.verify([1], hash: nil) }
  }

  @Test("those who wait get their turn, and every place is given back")
  func turns() {
    let passwords = Passwords(simultaneousMax: 2, waitingMax: 100, waitMilliseconds: 60_000)
    let hash = "$2b$04$abcdefghijklmnopqrstuuCET66EX1.tcnNT4FZB7gPBI5vbMFDVq"
    let done = Shared(0)
    inThreads(64) { _ in
      if (try? passwords.verify([1], hash: hash)) == .wrong { done.withLock { $0 += 1 } }
    }
    #expect(done.withLock { $0 } == 64)
  }

  @Test("a place is given back when the work fails")
  func failure() throws {
    let passwords = Passwords(simultaneousMax: 1, waitMilliseconds: 0)
    let broken = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR!uIPnA4rEsF5h7TKyQwu9U"
    for _ in 0..<3 {
      #expect {
        try passwords.verify([1], hash: broken)
      } throws: { error in
        if case .broken = error as? Refusal { true } else { false }
      }
    }
  }
}
