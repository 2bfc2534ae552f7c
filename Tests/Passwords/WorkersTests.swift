// However many workers a program has, two of them never wait for a hash.

import Domain
import Foundation
import Support
import Testing

@testable import Passwords

@Suite struct WorkersTests {
  @Test(
    "with as many hashing at once as there are workers, two are refused at once", arguments: 3...40)
  func twoStayFree(workers: Int) {
    let places = Passwords(workers: workers).places
    let (refused, done, isOpen) = (Shared(0), Shared(0), Shared(false))
    inThreads(workers + 1) { number in
      // The last one opens the door for the others when two have been refused.
      guard number < workers else {
        while refused.withLock({ $0 }) < 2 { usleep(100) }
        return isOpen.withLock { $0 = true }
      }
      do throws(Refusal) {
        try places.occupy(waitMilliseconds: 600_000) { () throws(Refusal) in
          while !isOpen.withLock({ $0 }) { usleep(100) }
        }
        done.withLock { $0 += 1 }
      } catch {
        refused.withLock { $0 += 1 }
      }
    }
    #expect(refused.withLock { $0 } == 2)
    #expect(done.withLock { $0 } == workers - 2)
  }

  /// Printed for people; a busy machine may not decide.
  @Test("a wrong password takes as long for nobody as for users of every kind")
  func sameTime() throws {
    let argon2 = try Passwords().hash([1], salt: [UInt8](repeating: 7, count: 16))
    let digits = "CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"
    let kinds: [(String, String?)] = [
      ("nobody", nil), ("argon2id", argon2), ("bcrypt 5", "$2b$05$\(digits)"),
      ("bcrypt 10", "$2b$10$\(digits)"),
    ]
    var times = [String: [Double]]()
    for _ in 0..<9 {
      for (name, hash) in kinds {
        let begin = DispatchTime.now().uptimeNanoseconds
        let verdict = try Passwords().verify([120], hash: hash, bcryptCostMax: 10)
        times[name, default: []].append(Double(DispatchTime.now().uptimeNanoseconds - begin) / 1e6)
        #expect(verdict == .wrong)
      }
    }
    for (name, times) in times.sorted(by: { $0.key < $1.key }) {
      print("a wrong password, \(name): \(times.sorted()[4].rounded()) ms")
    }
  }
}
