// Every system call of every write path is killed, and fails: nothing is promised that is not
// there, nothing stands by halves, and the same request made again ends well.

import Foundation
import Programs
import Support
import Testing

@Suite(
  "A program that is killed, or fails, at any system call of a request that writes",
  .enabled(if: Site.isBuilt && Checkout.isBuilt("dompet"), "needs swift build -c release"),
  .enabled(if: Tracer.isPossible, "strace is not there, or may not trace"))
struct SweepTests {
  @Test("keeps what it promised, and nothing by halves", arguments: Endpoint.allCases)
  func sweep(_ endpoint: Endpoint) throws {
    let sweep = try Sweep(of: endpoint)
    let calls = expectWrites(try sweep.trace())
    Report.calls(endpoint.rawValue, calls)
    for fault in Fault.allCases where calls.keys.contains(where: { fault.isSwept($0) }) {
      var total = Total()
      for call in calls.keys.sorted() where fault.isSwept(call) {
        let hits = try total.add(sweep, call, fault, numbers: 1...)
        // How often a provider is polled, or memory wanted, differs; the writing does not.
        if Fault.writing.contains(call), call != "recvfrom" {
          #expect(hits >= calls[call, default: 1] - 1, "\(call) was reached \(hits) times")
        }
      }
      total.report("\(endpoint.rawValue): \(fault.rawValue) at every call")
    }
  }

  /// strace counts in each thread by itself; where several are in the same call, all of them fail.
  @Test("keeps what a full pool of workers promised at once", arguments: Endpoint.allCases)
  func pool(_ endpoint: Endpoint) throws {
    let sweep = try Sweep(of: endpoint, workers: 8)
    Report.calls("\(endpoint.rawValue), eight at once", expectWrites(try sweep.trace()))
    var total = Total()
    for fault in [Fault.kill, .inputOutputError] {
      // Of these, some are of one engine.
      let calls = ["pwrite64", "fdatasync", "sendto", "recvfrom", "write"]
      for call in calls where Fault.writing.contains(call) && fault.isSwept(call) {
        try total.add(sweep, call, fault, numbers: 1...(2 * Scale.factor))
      }
    }
    total.report("\(endpoint.rawValue): KILL and EIO, eight at once")
  }

  @Test(
    "is caught when it answers before it commits: the control", aboutSQLite,
    .enabled(
      if: Mutant.answersBeforeCommit.isBuilt("dompet-webhook"),
      "needs Tests/Faults/mutant answers-before-commit"))
  func answersBeforeCommit() throws {
    let sweep = try Sweep(of: .webhook, folder: Mutant.answersBeforeCommit.folder)
    var tried = 0
    var lossy = 0
    for call in ["fdatasync", "pwrite64"] {
      for number in 1...4 {
        let attempt = try sweep.attempt(call, number, .kill)
        guard attempt.wasHit else { break }
        tried += 1
        lossy += attempt.lost > 0 ? 1 : 0
      }
    }
    #expect(lossy > 0)
    Report.fault(
      "control: KILL, and answers that overtake the COMMIT", tried: tried, lost: lossy, doubled: 0,
      control: lossy > 0 ? "lost in \(lossy) of \(tried)" : "NOT CAUGHT")
  }

  /// The calls by name, without the wait for the next request. A trace that does not see the
  /// database written and synced, or its server told, and the client answered, has seen nothing.
  private func expectWrites(_ lines: [String]) -> [String: Int] {
    let names = lines.compactMap { line in
      line.firstMatch(of: /^\[pid +\d+\] (?<name>[a-z][a-z0-9_]*)\(/).map { String($0.name) }
    }
    let calls = Dictionary(names.map { ($0, 1) }, uniquingKeysWith: +)
      .filter { !["rt_sigtimedwait", "futex"].contains($0.key) }
    if PostgreSQL.isTried {
      #expect((calls["sendto"] ?? 0) > 0)
    } else {
      #expect((calls["fdatasync"] ?? 0) + (calls["fsync"] ?? 0) > 0)
      #expect((calls["pwrite64"] ?? 0) > 0)
    }
    #expect(lines.contains { $0.contains(/\ write\(\d+<[^>]*(socket|UNIX)/) }, "\(lines)")
    return calls
  }
}

/// What the faults of one kind did together.
private struct Total {
  private var tried = 0
  private var lost = 0
  private var doubled = 0

  /// - Parameter numbers: of the call in its thread; the first that is not reached ends it.
  /// - Returns: how many were reached.
  @discardableResult
  mutating func add(
    _ sweep: Sweep, _ call: String, _ fault: Fault, numbers: some Sequence<Int>
  ) throws -> Int {
    var hits = 0
    for number in numbers {
      let attempt = try sweep.attempt(call, number, fault)
      #expect(attempt.complaints == [], "\(call) \(number) \(fault.rawValue)")
      lost += attempt.lost
      doubled += attempt.doubled
      guard attempt.wasHit else { break }
      hits += 1
    }
    tried += hits
    return hits
  }

  func report(_ name: String) {
    #expect(tried > 0, "\(name)")
    Report.fault(name, tried: tried, lost: lost, doubled: doubled)
  }
}
