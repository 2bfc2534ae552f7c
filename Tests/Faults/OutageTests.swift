// The store goes away under running programs and comes back: whoever wants to write hears 503 in
// time, whoever reads goes on, and afterwards all is well without anybody's help.

import Foundation
import Programs
import Support
import Testing

@Suite(
  "A store that goes away",
  .enabled(if: Site.isBuilt && Checkout.isBuilt("dompet"), "needs swift build -c release"))
struct OutageTests {
  private static let topUps = 48
  /// The bound is 5 s; the rest is for a machine that does much else meanwhile.
  private static let secondsMax = 30.0

  private static let noDisk = Comment(
    rawValue: "no ext4 on a loop device: \(SmallDisk.refusal ?? "")")

  @Test(
    "because the disk is full: 503 and no row, and well when there is room again", aboutSQLite,
    .enabled(if: SmallDisk.refusal == nil, noDisk))
  func fullDisk() throws {
    var disk: SmallDisk?
    let office = try Office(topUps: Self.topUps) { disk = try SmallDisk(at: $0) }
    let small = try #require(disk)
    let tried = Shared(0)
    let refused = Shared(0)
    for _ in 0..<3 * Scale.factor {
      small.fill()
      inThreads(8) { number in
        for turn in 0..<4 {
          guard let answer = try? office.pay(1 + number * 4 + turn) else { continue }
          // What the log has room for already may still be written.
          if answer.status != 200 {
            expectBusy(answer)
            refused.withLock { $0 += 1 }
          }
          tried.withLock { $0 += 1 }
        }
      }
      #expect(try office.readBalance().status == 200)
      try small.empty()
    }
    #expect(refused.withLock { $0 } > 0)
    try office.expectWell("disk full", tried: tried.withLock { $0 }, topUps: Self.topUps)
  }

  @Test(
    "because the file system takes no more writes: 503, reads go on, and well after its repair",
    aboutSQLite,
    .enabled(if: SmallDisk.refusal == nil, noDisk))
  func readOnly() throws {
    var disk: SmallDisk?
    let office = try Office(topUps: Self.topUps) { disk = try SmallDisk(at: $0) }
    let small = try #require(disk)
    for number in 1...8 { #expect(try office.pay(number).status == 200) }
    try small.stopWriting()
    inThreads(8) { number in
      for turn in 0..<4 {
        guard let answer = try? office.pay(9 + number * 4 + turn) else {
          Issue.record("no answer")
          continue
        }
        expectBusy(answer)
      }
    }
    #expect(try office.readBalance().string("balance") == "400000.00")
    expectBusy(try office.topUp(key: "meanwhile"))
    try office.restart(after: small.repair)
    try office.expectWell("file system turned read-only", tried: 33, topUps: Self.topUps)
  }

  /// On the server too it is more than anybody waits.
  private static let secondsHeld = PostgreSQL.isTried ? 12.0 : 30

  @Test("because somebody holds its lock for half a minute: 503 in time, reads go on")
  func heldLock() throws {
    let grips: [Holder.Grip] = PostgreSQL.isTried ? [.transaction] : [.turnstile, .transaction]
    inThreads(grips.count) { number in
      do {
        try hold(grips[number])
      } catch {
        Issue.record("\(grips[number].rawValue): \(error)")
      }
    }
  }

  private func hold(_ grip: Holder.Grip) throws {
    let office = try Office(topUps: 8)
    let holder = try Holder(grip, on: office.site.url)
    let end = DispatchTime.now() + Self.secondsHeld
    let tried = Shared(0)
    let slowest = Shared(0.0)
    inThreads(8) { number in
      while DispatchTime.now() < end {
        let begin = DispatchTime.now()
        guard let answer = try? office.pay(number + 1) else {
          Issue.record("no answer")
          return
        }
        let seconds = Double(DispatchTime.now().uptimeNanoseconds - begin.uptimeNanoseconds) / 1e9
        expectBusy(answer)
        #expect((try? office.readBalance())?.status == 200)
        tried.withLock { $0 += 1 }
        slowest.withLock { $0 = max($0, seconds) }
      }
    }
    try holder.letGo()
    let seconds = slowest.withLock { $0 }
    #expect(seconds < Self.secondsMax)
    try office.expectWell(
      "\(grip.rawValue) held \(Int(Self.secondsHeld)) s "
        + "(503 within \(String(format: "%.1f", seconds)) s)",
      tried: tried.withLock { $0 }, topUps: 8)
  }
}
