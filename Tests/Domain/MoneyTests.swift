// Money: whole rupiah, shown exactly, never more than can be counted.

import Domain
import Testing

@Suite("Money") struct MoneyTests {
  static let amounts: [Int64] = [0, 1, -1, 50_000, -50_000, .max, .min, 999, 1000]

  @Test("is shown with two decimals and with none", arguments: amounts)
  func shown(rupiah: Int64) {
    #expect(Money(rupiah: rupiah).decimal == "\(rupiah).00")
    #expect(Money(rupiah: rupiah).whole == "\(rupiah)")
  }

  @Test("adds exactly where the sum fits")
  func adding() throws {
    for left in Self.amounts {
      for right in Self.amounts {
        let (sum, overflow) = left.addingReportingOverflow(right)
        let added = try? Money(rupiah: left).adding(Money(rupiah: right))
        #expect(added?.rupiah == (overflow ? nil : sum))
      }
    }
  }

  @Test("says why a sum cannot be")
  func overflow() {
    #expect(throws: Invalid("is more money than can be counted")) {
      try Money(rupiah: .max).adding(Money(rupiah: 1))
    }
    #expect(throws: Invalid.self) { try Money(rupiah: .min).adding(Money(rupiah: -1)) }
  }

  @Test("compares as its numbers do")
  func order() {
    for left in Self.amounts {
      for right in Self.amounts {
        #expect((Money(rupiah: left) < Money(rupiah: right)) == (left < right))
        #expect((Money(rupiah: left) == Money(rupiah: right)) == (left == right))
      }
    }
    #expect(Money.zero.rupiah == 0)
    #expect(Money.currency == "IDR")
  }

  @Test("of a top-up keeps within its limits, both included")
  func limits() throws {
    let limits = TopUpLimits(minimum: Money(rupiah: 1000), maximum: Money(rupiah: 2000))
    for rupiah: Int64 in [1000, 1001, 1999, 2000] {
      #expect(try limits.check(Money(rupiah: rupiah)).rupiah == rupiah)
    }
    for rupiah: Int64 in [999, 0, -1, -1000, .min] {
      #expect(throws: Invalid("must be at least 1000")) { try limits.check(Money(rupiah: rupiah)) }
    }
    for rupiah: Int64 in [2001, .max] {
      #expect(throws: Invalid("must be at most 2000")) { try limits.check(Money(rupiah: rupiah)) }
    }
  }
}
