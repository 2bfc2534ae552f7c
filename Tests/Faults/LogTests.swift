// The write-ahead log: short under a steady load, and how long it gets while a reader does not end.

import Foundation
import Programs
import Support
import Testing

@Suite(
  "The write-ahead log", aboutSQLite,
  .enabled(if: Site.isBuilt && Checkout.isBuilt("dompet"), "needs swift build -c release"))
struct LogTests {
  private static let bytesMax = 64 << 20

  @Test("stays under 64 MB under a steady load of writes and reads")
  func steady() throws {
    let topUps = 6000 * Scale.factor
    let office = try Office(topUps: topUps)
    let bytes = load(office, topUps: topUps)
    #expect(bytes < Self.bytesMax)
    try office.expectWell(
      "steady load (log at most \(bytes >> 20) MB)", tried: topUps, topUps: topUps)
  }

  @Test("lets writes go on while a reader does not end, and is cut when it has ended")
  func endlessReader() throws {
    let topUps = 6000
    let office = try Office(topUps: topUps)
    let holder = try Holder(.snapshot, on: office.site.url)
    let bytes = load(office, topUps: topUps / 2)
    try holder.letGo()
    load(office, from: topUps / 2 + 1, topUps: topUps)
    #expect(office.logBytes < Self.bytesMax)
    try office.expectWell(
      "a reader that does not end (log \(bytes >> 20) MB after \(topUps / 2) credits)",
      tried: topUps, topUps: topUps)
  }

  /// Pays all of them, by many at once, while others read.
  /// - Returns: how long the log was at most.
  @discardableResult
  private func load(_ office: Office, from first: Int = 1, topUps last: Int) -> Int {
    let next = Shared(first - 1)
    let most = Shared(0)
    inThreads(8) { _ in
      while true {
        let number = next.withLock { number in
          number += 1
          return number
        }
        guard number <= last else { return }
        #expect((try? office.pay(number))?.status == 200)
        if number % 8 == 0 { #expect((try? office.readBalance())?.status == 200) }
        let bytes = office.logBytes
        most.withLock { $0 = max($0, bytes) }
      }
    }
    return most.withLock { $0 }
  }
}
