// Clocks that are wrong, and that jump: what tokens are worth then, and that no money moves back in
// time.

import Foundation
import Programs
import Support
import Testing

@Suite(
  "A clock that is wrong",
  .enabled(if: Site.isBuilt && Checkout.isBuilt("dompet"), "needs swift build -c release"),
  .enabled(if: Clock.library != nil, "faketime is not installed"))
struct ClockTests {
  private static let shifts = [
    0, Clock.hour, -Clock.hour, 2 * Clock.year, -2 * Clock.year, Clock.day, -1, 0, -Clock.hour,
  ]

  /// A token of 15 minutes that was issued 10 s ago: it ends to the second, and its beginning may
  /// lie a minute ahead.
  @Test("refuses a token that has run out or is not yet in force, and no other")
  func tokens() throws {
    let clock = try Clock()
    let office = try Office(topUps: 1, environment: clock.environment)
    let cases = [
      (0, 200), (850, 200), (900, 401), (Clock.hour, 401), (2 * Clock.year, 401), (-60, 200),
      (-80, 401), (-Clock.hour, 401), (-2 * Clock.year, 401), (0, 200),
    ]
    var wrong = 0
    for (seconds, status) in cases {
      try clock.set(seconds)
      let answer = try office.readBalance()
      wrong += answer.status == status ? 0 : 1
      #expect(answer.status == status, "\(seconds) s")
    }
    Report.fault(
      "tokens under a clock that is wrong (\(wrong) misjudged)", tried: cases.count, lost: 0,
      doubled: 0)
  }

  @Test("credits each payment once, and the times of a wallet never fall")
  func credits() throws {
    let clock = try Clock()
    let topUps = Self.shifts.count * 4
    let office = try Office(topUps: topUps, environment: clock.environment)
    try office.site.sql("UPDATE sessions SET expires_at = 9000000000000000")
    for number in 1...topUps {
      let shift = Self.shifts[number % Self.shifts.count]
      try clock.set(shift)
      #expect(try office.pay(number).json["credited"] as? Bool == true)
      let token = office.account.token(issuedSecondsAgo: Int64(10 - shift))
      #expect(try office.topUp(key: "key-\(number)", token: token).status == 201)
    }
    try clock.set(0)
    try expectOrder(office)
    try office.expectWell(
      "clock ±1 h, ±2 years, backwards between requests", tried: 2 * topUps, topUps: topUps)
  }

  private func expectOrder(_ office: Office) throws {
    let falls = """
      SELECT count(*) FROM wallet_transactions AS a JOIN wallet_transactions AS b
      ON b.wallet_id = a.wallet_id AND b.sequence = a.sequence + 1
      WHERE b.created_at < a.created_at
      """
    #expect(try office.site.number(falls) == 0)
    // The clock did reach the programs.
    let paid = "SELECT (max(paid_at) - min(paid_at)) / 86400000000 FROM wallet_top_ups"
    #expect(try office.site.number(paid) == 4 * 365)
  }

  @Test("a lease that was taken by a clock far ahead holds nobody up when the clock is right again")
  func lease() throws {
    let clock = try Clock()
    let office = try Office(topUps: 1, environment: clock.environment)
    try office.site.sql("UPDATE sessions SET expires_at = 9000000000000000")
    try clock.set(2 * Clock.year)
    let token = office.account.token(issuedSecondsAgo: Int64(10 - 2 * Clock.year))
    office.provider.hold()
    let isOver = Shared(false)
    Thread.detachNewThread {
      _ = try? office.topUp(key: "ahead", token: token)
      isOver.withLock { $0 = true }
    }
    office.provider.awaitHeld(1)
    try office.restart(after: { try clock.set(0) })
    office.provider.letGo()
    while !isOver.withLock({ $0 }) { usleep(1000) }
    #expect(try office.topUp(key: "ahead").status == 201)
    try office.expectWell("killed under a clock two years ahead", tried: 1, topUps: 1)
  }
}
