// Many processes that write at once, while another one takes the lock again and again: all of them
// get their turn.

import Foundation
import Programs
import Support
import Testing

@Suite(
  "A lock storm",
  .enabled(if: Site.isBuilt && Checkout.isBuilt("dompet"), "needs swift build -c release"))
struct StormTests {
  private static let writers = 8
  /// So many are written together until the storm is over; nobody's top-ups run out before.
  private static let writes = 600 * Scale.factor
  private static let topUpsEach = 2000 * Scale.factor

  @Test("lets eight programs write, none less than a third of what another does")
  func storm() throws {
    let site = try Site()
    let programs = try (0..<Self.writers).map { _ in try site.start("dompet-webhook") }
    let account = try site.makeAccount()
    try site.makeTopUps(Self.writers * Self.topUpsEach, of: account)
    let journal = try Journal()
    let counts = Shared(Array(repeating: 0, count: Self.writers))
    let isOver = Shared(false)
    inThreads(Self.writers + 1) { writer in
      guard writer < Self.writers else {
        while counts.withLock({ $0.reduce(0, +) }) < Self.writes {
          hold(site.url)
        }
        return isOver.withLock { $0 = true }
      }
      for turn in 1...Self.topUpsEach where !isOver.withLock({ $0 }) {
        let number = writer * Self.topUpsEach + turn
        let event = Event.paid(invoiceID: "paid-\(number)", reference: Site.reference(number))
        guard let answer = try? programs[writer].ask(event), answer.status == 200 else { continue }
        try? journal.record(.credit(invoiceID: "paid-\(number)"))
        counts.withLock { $0[writer] += 1 }
      }
    }
    let each = counts.withLock { $0 }
    #expect(isOver.withLock { $0 } && each.allSatisfy { $0 < Self.topUpsEach }, "\(each)")
    try expectFair(each, site, journal)
  }

  private func expectFair(_ each: [Int], _ site: Site, _ journal: Journal) throws {
    let (least, most) = (each.min() ?? 0, each.max() ?? 0)
    #expect(least > 0 && most <= 3 * least, "\(each)")
    let verdict = try Checker(url: site.url)
      .verdict(on: journal.promises)
    #expect(verdict.isClean, "\(verdict)")
    let ratio = String(format: "%.2f", Double(most) / Double(max(least, 1)))
    Report.fault(
      "lock storm, 8 writers and a holder (max/min \(ratio))", tried: each.reduce(0, +),
      lost: verdict.lost.count, doubled: verdict.doubled.count)
  }

  /// Somebody who takes the lock of all writers, keeps it for a moment, and lets go.
  private func hold(_ url: String) {
    do {
      let holder = try Holder(.transaction, on: url)
      usleep(.random(in: 20_000...300_000))
      try holder.letGo()
    } catch {
      Issue.record("\(error)")
    }
  }
}
