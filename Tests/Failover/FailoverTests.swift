// The primary fails under load: what was acknowledged stays, once, and the service goes on by
// itself. Without the standby in each commit the same would lose something, or it proves nothing.

import Foundation
import Programs
import Support
import Testing

@Suite(
  "A primary that fails under load",
  .enabled(
    if: Cluster.obstacle == nil,
    Comment(rawValue: "no PostgreSQL cluster here: \(Cluster.obstacle ?? "")")),
  .serialized)
struct FailoverTests {
  /// Each fault once, one after the other on the same cluster.
  private static let stories: Result<[Fault: Story], any Error> = Result {
    let cluster = try Cluster()
    let front = try Front(on: cluster)
    defer { front.close() }
    var stories: [Fault: Story] = [:]
    for fault in Fault.allCases {
      let story = try Story(fault, of: cluster, front: front)
      report(fault, story)
      stories[fault] = story
    }
    return stories
  }

  @Test("loses no credit and no top-up that was acknowledged", arguments: Fault.allCases)
  func lost(fault: Fault) throws {
    #expect(try story(of: fault).verdict.lost == [])
  }

  @Test("has nothing credited or asked for twice", arguments: Fault.allCases)
  func doubled(fault: Fault) throws {
    #expect(try story(of: fault).verdict.doubled == [])
  }

  @Test(
    "leaves wallets that are the sum of their transactions, and unbroken chains",
    arguments: Fault.allCases)
  func whole(fault: Fault) throws {
    #expect(try story(of: fault).verdict.torn == [])
  }

  @Test("leaves books in which `dompet verify` finds nothing", arguments: Fault.allCases)
  func verified(fault: Fault) throws {
    let findings = try story(of: fault).verdict.findings
    #expect(findings == nil)
  }

  @Test("is followed by its standby without a hand", arguments: Fault.allCases)
  func back(fault: Fault) throws {
    #expect(try story(of: fault).secondsUntilBack != nil)
  }

  @Test("is the standby of the other once it is healed", arguments: Fault.allCases)
  func healed(fault: Fault) throws {
    #expect(try story(of: fault).secondsUntilWhole != nil)
  }

  @Test("leaves owners who see what the ledger says", arguments: Fault.allCases)
  func seen(fault: Fault) throws {
    for (seen, kept) in try story(of: fault).balances { #expect(seen == kept) }
  }

  @Test("loses acknowledged credits if commits do not wait for the standby: the control")
  func control() throws {
    let cluster = try Cluster(commit: .local)
    let front = try Front(on: cluster)
    defer { front.close() }
    let load = Load(on: front)
    load.start()
    defer { load.abandon() }
    try load.awaitPromises(300)
    let old = try cluster.suffer(.cut)
    // The old one serves until it misses etcd.
    let seconds = try patiently { try cluster.roles().contains { $0 != old && $1 == "primary" } }
    #expect(seconds != nil, "the standby takes over")
    try load.stop()
    let verdict = try cluster.verdict(on: front.journal.promises)
    #expect(verdict.lost.count > 0)
    Report.fault(
      "control: primary cut off, synchronous_commit=local", tried: front.journal.promises.count,
      lost: verdict.lost.count, doubled: verdict.doubled.count,
      control: verdict.lost.isEmpty ? "NOT CAUGHT" : "lost \(verdict.lost.count)")
  }

  private func story(of fault: Fault) throws -> Story {
    try #require(try Self.stories.get()[fault])
  }

  private static func report(_ fault: Fault, _ story: Story) {
    func text(_ seconds: Double?) -> String {
      seconds.map { String(format: "%.1f s", $0) } ?? "never"
    }
    Report.fault(
      "primary: \(fault), back after \(text(story.secondsUntilBack)), "
        + "whole after \(text(story.secondsUntilWhole))",
      tried: story.promises, lost: story.verdict.lost.count,
      doubled: story.verdict.doubled.count)
  }
}
