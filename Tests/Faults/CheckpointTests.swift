// A disk that hangs or fails where a checkpoint syncs the database file: credits go on, and what
// was not copied stays in the log.

import Foundation
import Programs
import Support
import Testing

@Suite(
  "A checkpoint", aboutSQLite, .enabled(if: Site.isBuilt, "needs swift build -c release"),
  .enabled(if: FaultyDisk.isPossible, "gcc is not there"))
struct CheckpointTests {
  private static let topUps = 6

  private let disk: FaultyDisk
  private let site: Site
  private let program: Program
  private let journal: Journal

  init() throws {
    disk = try FaultyDisk()
    site = try Site()
    program = try site.start("dompet-webhook", threads: 8, environment: disk.environment)
    journal = try Journal()
    try site.makeTopUps(Self.topUps, of: try site.makeAccount())
  }

  @Test("that hangs keeps nobody from being credited")
  func hanging() throws {
    try disk.turnOn(.stallDatabase)
    try fillLog(of: program, "first", most: 1000) { disk.isStalled }
    try credit(1...Self.topUps, at: program)
    // Until the log is so long that somebody would wait for a checkpoint, were none on its way.
    try fillLog(of: program, "second", most: 400) { false }
    try disk.turnOff(.stallDatabase)
    try expectWell("fdatasync of a checkpoint stalled")
  }

  @Test("that the disk refuses is counted, and loses nothing")
  func refused() throws {
    try disk.turnOn(.refuseDatabase)
    // Commits that come meanwhile make it one that has copied a part of the log.
    inThreads(4) { thread in
      #expect(throws: Never.self) {
        try fillLog(of: program, "first \(thread)", most: 1000) { try failures() > 0 }
      }
    }
    #expect(try failures() > 0)
    try credit(1...3, at: program)
    try disk.turnOff(.refuseDatabase)
    try fillLog(of: program, "second", most: 400) { false }
    program.kill(SIGKILL)
    _ = program.wait()
    let next = try site.start("dompet-webhook", threads: 8)
    try fillLog(of: next, "third", most: 400) { false }
    try credit(4...Self.topUps, at: next)
    try expectWell("fdatasync of a checkpoint failed, kill -9")
  }

  /// Brings what is unreadable, and is kept for an operator: 13 pages each.
  private func fillLog(
    of program: Program, _ mark: String, most: Int, until isDone: () throws -> Bool
  ) throws {
    let rubbish = String(repeating: "x", count: 50_000)
    for number in 1...most {
      if try isDone() { return }
      let answer = try program.post(
        "/api/v1/payments/webhooks/xendit",
        headers: [("X-Callback-Token", Site.webhookToken)], json: "\(rubbish) \(mark) \(number)")
      #expect(answer.status == 400)
    }
  }

  private func failures() throws -> Int {
    let name = "dompet_store_failed_checkpoints_total "
    let lines = try program.get("/metrics/webhook").text.split(separator: "\n")
    let line = try #require(lines.first { $0.hasPrefix(name) })
    return try #require(Int(line.dropFirst(name.count)))
  }

  private func credit(_ numbers: ClosedRange<Int>, at program: Program) throws {
    for number in numbers {
      let event = Event.paid(invoiceID: "paid-\(number)", reference: Site.reference(number))
      #expect(try program.ask(event).status == 200)
      try journal.record(.credit(invoiceID: "paid-\(number)"))
    }
  }

  private func expectWell(_ fault: String) throws {
    let verdict = try Checker(url: site.url).verdict(on: journal.promises)
    #expect(verdict.isClean, "\(verdict)")
    Report.fault(
      fault, tried: Self.topUps, lost: verdict.lost.count, doubled: verdict.doubled.count)
  }
}
