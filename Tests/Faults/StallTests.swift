// A disk that hangs in fdatasync: whoever waits for it hears within the deadline, and who only
// reads does not wait.

import Foundation
import Programs
import Support
import Testing

@Suite(
  "A stalled disk", aboutSQLite, .enabled(if: Site.isBuilt, "needs swift build -c release"),
  .enabled(if: FaultyDisk.isPossible, "gcc is not there"))
struct StallTests {
  /// nginx's limit for the webhook, and slack for a busy machine; the bound itself is 4 s.
  private static let secondsMax = 30.0
  private static let waiting = 6

  @Test("answers all others within their deadline, lets reads go on, and credits each once")
  func stall() throws {
    let disk = try FaultyDisk()
    let rig = try Rig(on: disk)
    try disk.turnOn(.stall)
    let first = Shared<Answer?>(nil)
    let isAnswered = Shared(false)
    Thread.detachNewThread {
      let answer = try? rig.pay(0)
      first.withLock { $0 = answer }
      isAnswered.withLock { $0 = true }
    }
    while !disk.isStalled { usleep(1000) }

    let waits = Shared<[(status: Int, seconds: Double)]>([])
    inThreads(Self.waiting) { number in
      let begin = DispatchTime.now()
      let status = (try? rig.pay(number + 1))?.status ?? 0
      let seconds = Double(DispatchTime.now().uptimeNanoseconds - begin.uptimeNanoseconds) / 1e9
      waits.withLock { $0.append((status, seconds)) }
      // Once with a writer waiting, once with none: reading is the same.
      #expect((try? rig.readBalance()) == 200)
    }
    for (status, seconds) in waits.withLock({ $0 }) {
      #expect(status == 503)
      #expect(seconds < Self.secondsMax)
    }
    #expect(!isAnswered.withLock { $0 })
    try disk.turnOff(.stall)
    while !isAnswered.withLock({ $0 }) { usleep(1000) }
    #expect(first.withLock { $0?.status } == 200)
    try expectCreditedOnce(rig, slowest: waits.withLock { $0.map(\.seconds).max() ?? 0 })
  }

  /// Everybody asks again, as Xendit does.
  private func expectCreditedOnce(_ rig: Rig, slowest: Double) throws {
    let journal = try Journal()
    for number in 0...Self.waiting {
      #expect(try rig.pay(number).status == 200)
      try journal.record(.credit(invoiceID: Rig.invoice(number)))
    }
    let verdict = try Checker(url: rig.site.url)
      .verdict(on: journal.promises)
    #expect(verdict.isClean, "\(verdict)")
    let seconds = String(format: "%.1f", slowest)
    Report.fault(
      "fdatasync stalled (others heard within \(seconds) s)", tried: Self.waiting + 1,
      lost: verdict.lost.count, doubled: verdict.doubled.count)
  }

  /// The webhook's program on a disk that stalls, top-ups to be paid, and a reader beside it.
  private struct Rig: Sendable {
    let site: Site
    let account: Account
    let webhook: Program
    let wallets: Program

    init(on disk: FaultyDisk) throws {
      site = try Site()
      webhook = try site.start(
        "dompet-webhook", threads: 8, environment: disk.environment)
      wallets = try site.start("dompet-wallets")
      account = try site.makeAccount()
      for number in 0...StallTests.waiting {
        try site.makeTopUp(
          of: account, reference: Self.reference(number), invoiceID: Self.invoice(number))
      }
    }

    static func invoice(_ number: Int) -> String { "stalled-\(number)" }
    static func reference(_ number: Int) -> String { "WTU-20260614-000000000000000\(number)" }

    func pay(_ number: Int) throws -> Answer {
      try webhook.ask(
        Event.paid(invoiceID: Self.invoice(number), reference: Self.reference(number)))
    }

    func readBalance() throws -> Int {
      try wallets.get("/api/v1/wallets/me", headers: [account.bearer]).status
    }
  }
}
