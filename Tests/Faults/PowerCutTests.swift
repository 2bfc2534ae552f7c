// Power cuts while events are credited: nothing that was answered 2xx is lost. On a disk that lies
// about its syncs, the same cuts must lose something, or they prove nothing.

import Foundation
import Programs
import Support
import Testing

@Suite(
  "A power cut under load", aboutSQLite,
  .enabled(if: Site.isBuilt && Checkout.isBuilt("dompet"), "needs swift build -c release"),
  .enabled(
    if: PowerCutDisk.refusal == nil,
    Comment(rawValue: "no loop device, btrfs or ext4 here: \(PowerCutDisk.refusal ?? "")")),
  .serialized)
struct PowerCutTests {
  @Test("loses nothing that was answered 2xx, with synchronous=FULL as shipped")
  func full() throws {
    let cuts = 12 * Scale.factor
    let losses = try losses(cuts: cuts, from: CreditLoad(), isControl: false)
    #expect(losses == Array(repeating: 0, count: cuts))
    report("power cut, synchronous=FULL", losses)
  }

  @Test(
    "loses what was answered 2xx when fdatasync lies: the control",
    .enabled(if: FaultyDisk.isPossible, "gcc is not there"))
  func lying() throws {
    let load = try CreditLoad()
    try load.faulty.turnOn(.lie)
    let losses = try losses(cuts: 6, from: load)
    #expect(losses.contains { $0 > 0 })
    report("control: power cut, fdatasync lies", losses)
  }

  @Test(
    "loses what was answered 2xx with synchronous=NORMAL: the control",
    .enabled(
      if: Mutant.synchronousNormal.isBuilt("dompet-webhook"),
      "needs Tests/Faults/mutant synchronous-normal"))
  func normal() throws {
    let losses = try losses(cuts: 12, from: CreditLoad(folder: Mutant.synchronousNormal.folder))
    #expect(losses.contains { $0 > 0 })
    report("control: power cut, synchronous=NORMAL", losses)
  }

  private func report(_ name: String, _ losses: [Int]) {
    let hits = losses.count { $0 > 0 }
    let result = hits > 0 ? "lost in \(hits) of \(losses.count)" : "NOT CAUGHT"
    Report.fault(
      name, tried: losses.count, lost: losses.reduce(0, +), doubled: 0,
      control: name.hasPrefix("control") ? result : "-")
  }

  /// How many promises each cut lost.
  private func losses(
    cuts: Int, from load: CreditLoad, isControl: Bool = true
  ) throws -> [Int] {
    load.start()
    defer { load.stop() }
    var losses: [Int] = []
    for _ in 0..<cuts {
      let before = load.journal.promises.count
      try load.awaitPromises(before + .random(in: 20...60))
      let promises = load.journal.promises
      try load.disk.cut { folder in
        let checker = Checker(url: "sqlite:\(folder)/dompet.db")
        // A disk that lies may leave no database at all: then everything is lost.
        guard let verdict = try? checker.verdict(on: promises) else {
          return losses.append(promises.count)
        }
        #expect(isControl || verdict.isClean, "\(verdict)")
        losses.append(verdict.lost.count)
      }
    }
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

  /// - Parameter folder: where the program lies.
  init(folder: String = Checkout.programs) throws {
    journal = try Journal()
    faulty = try FaultyDisk()
    site = try Site()
    disk = try PowerCutDisk(at: site.directory.path)
    program = try site.start(
      "dompet-webhook", threads: 8, environment: faulty.environment, folder: folder)
    try site.makeTopUps(Self.topUps, of: try site.makeAccount())
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
    let event = Event.paid(invoiceID: "paid-\(number)", reference: Site.reference(number))
    if let answer = try? program.ask(event), answer.status == 200 {
      try? journal.record(.credit(invoiceID: "paid-\(number)"))
    }
  }
}
