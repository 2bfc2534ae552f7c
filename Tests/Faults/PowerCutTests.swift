// Power cuts while events are credited: nothing that was answered 2xx is lost. On a disk that lies
// about its syncs, the same cuts must lose something, or they prove nothing.

import Foundation
import Programs
import Support
import Testing

@Suite(
  "A power cut under load",
  .enabled(if: Site.isBuilt && Checkout.isBuilt("dompet"), "needs swift build -c release"),
  .enabled(
    if: PowerCutDisk.refusal == nil,
    Comment(rawValue: "no loop device, btrfs or ext4 here: \(PowerCutDisk.refusal ?? "")")),
  .serialized)
struct PowerCutTests {
  @Test("loses nothing that was answered 2xx, with synchronous=FULL as shipped")
  func full() throws {
    let cuts = 12 * Scale.factor
    let losses = try losses(cuts: cuts, isLying: false)
    #expect(losses == Array(repeating: 0, count: cuts))
  }

  @Test(
    "loses what was answered 2xx when fdatasync lies: the control",
    .enabled(if: FaultyDisk.isPossible, "gcc is not there"))
  func lying() throws {
    #expect(try losses(cuts: 6, isLying: true).contains { $0 > 0 })
  }

  /// How many promises each cut lost.
  private func losses(cuts: Int, isLying: Bool) throws -> [Int] {
    let load = try CreditLoad()
    if isLying { try load.faulty.turnOn(.lie) }
    load.start()
    defer { load.stop() }
    var losses: [Int] = []
    var doubled = 0
    for _ in 0..<cuts {
      let before = load.journal.promises.count
      try load.awaitPromises(before + .random(in: 20...60))
      let promises = load.journal.promises
      try load.disk.cut { folder in
        let checker = Checker(database: folder + "/dompet.db")
        // A disk that lies may leave no database at all: then everything is lost.
        guard let verdict = try? checker.verdict(on: promises) else {
          return losses.append(promises.count)
        }
        #expect(isLying || verdict.isClean, "\(verdict)")
        doubled += verdict.doubled.count
        losses.append(verdict.lost.count)
      }
    }
    let hits = losses.count { $0 > 0 }
    Report.fault(
      isLying ? "control: power cut, fdatasync lies" : "power cut, synchronous=FULL",
      tried: cuts, lost: losses.reduce(0, +), doubled: doubled,
      control: isLying ? (hits > 0 ? "lost in \(hits) of \(cuts)" : "NOT CAUGHT") : "-")
    return losses
  }
}

/// The webhook's program on a disk whose power can be cut, and clients that bring it events.
final class CreditLoad: Sendable {
  nonisolated(unsafe) let disk: PowerCutDisk
  let faulty: FaultyDisk
  let journal: Journal
  private let site: Site
  private let program: Program
  private let isOver = Shared(false)
  private let next = Shared(0)
  private let clients = DispatchGroup()
  private static let topUps = 40_000

  init() throws {
    journal = try Journal()
    faulty = try FaultyDisk()
    site = try Site()
    disk = try PowerCutDisk(at: site.directory.path)
    program = try site.start("dompet-webhook", threads: 8, environment: faulty.environment)
    try makeTopUps()
    try disk.sync(site.directory.path)
  }

  deinit { program.kill(SIGKILL) }

  /// Starts clients that bring one event after the other.
  func start() {
    for _ in 0..<4 {
      clients.enter()
      Thread.detachNewThread { [self] in
        while !isOver.withLock({ $0 }), let number = take() { pay(number) }
        clients.leave()
      }
    }
  }

  func stop() {
    isOver.withLock { $0 = true }
    clients.wait()
    program.kill(SIGKILL)
    _ = program.wait()
  }

  /// Waits until so much has been promised.
  func awaitPromises(_ count: Int) throws {
    let deadline = DispatchTime.now() + 60
    while journal.promises.count < count {
      guard DispatchTime.now() < deadline else { throw CheckerFailure(message: program.errors) }
      usleep(500)
    }
  }

  private func take() -> Int? {
    let number = next.withLock { number in
      number += 1
      return number
    }
    return number <= Self.topUps ? number : nil
  }

  private func pay(_ number: Int) {
    let reference = "WTU-20260614-" + String(format: "%016X", number)
    let event = Event.paid(invoiceID: "cut-\(number)", reference: reference)
    if let answer = try? program.ask(event), answer.status == 200 {
      try? journal.record(.credit(invoiceID: "cut-\(number)"))
    }
  }

  private func makeTopUps() throws {
    let account = try site.makeAccount()
    try site.sql(
      """
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(Self.topUps))
      INSERT INTO wallet_top_ups (id, user_id, wallet_id, reference, amount, currency, status,
        invoice_id, invoice_url, created_at, updated_at)
      SELECT printf('00000000-0000-7000-8000-%012x', i), '\(account.id)', '\(account.walletID)',
        printf('WTU-20260614-%016X', i), 50000, 'IDR', 'PENDING',
        'cut-' || i, 'https://pay.example', 1, 1 FROM n
      """)
  }
}
