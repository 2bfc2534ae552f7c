// dompet status --html: whether all is well is said in words, with what to do.

import Foundation
import Programs
import Support
import Testing

@Suite(
  "The status page",
  .enabled(if: Site.isBuilt && Checkout.isBuilt("dompet"), Site.notBuilt))
struct StatusPageTests {
  private let desk: Desk

  init() throws {
    desk = try Desk()
  }

  private func page() throws -> String {
    let file = desk.site.directory.path + "/status.html"
    let result = try runCommand(
      Checkout.program("dompet"), ["status", "--html", file], environment: desk.site.environment)
    #expect(result.status == 0, "\(result.errors)")
    return try String(contentsOfFile: file, encoding: .utf8)
  }

  private func note(_ task: String, _ outcome: String, secondsAgo: Double = 1) throws {
    try desk.site.sql(
      """
      DELETE FROM maintenance WHERE task = '\(task)';
      INSERT INTO maintenance VALUES ('\(task)', \(moment(secondsAgo: secondsAgo)), '\(outcome)')
      """)
  }

  /// Microseconds since 1970.
  private func moment(secondsAgo: Double = 1) -> Int64 {
    Int64((Date().timeIntervalSince1970 - secondsAgo) * 1_000_000)
  }

  /// Every task was done just now and came out well; the one top-up stays open, and is old.
  private func noteAllWell() throws {
    try note("reconcile", "asked about 3 top-ups: 1 settled, 0 unknown; checked 2 credits: 0 not")
    try note("verify", "0 findings")
    for task in ["backup", "prune"] { try note(task, "done") }
  }

  @Test("says that all is well when it is")
  func well() throws {
    try noteAllWell()
    try desk.send(Desk.event())
    let page = try page()
    // A test machine's disk may be what needs a look.
    #expect(page.contains("<h2>All is well</h2>") || page.contains("The disk is nearly full"))
    #expect(!page.contains("! look"))
    // A server is backed up with its own tools.
    let tasks = PostgreSQL.isTried ? 3 : 4
    #expect(page.components(separatedBy: "✓ well").count == tasks + 1)
    #expect(page.contains("Backup") != PostgreSQL.isTried)
  }

  @Test("says what waits for a person, and how to see to it")
  func waiting() throws {
    try noteAllWell()
    try desk.send(Desk.event(amount: "49999", paid: "49999"))
    let page = try page()
    #expect(page.contains("<li>1 event in review: <code>dompet review</code></li>"))
    #expect(
      page.contains("<li>1 top-up open for more than a day: <code>dompet reconcile</code></li>"))
    #expect(page.contains("need a look"))
  }

  @Test(
    "tells of a task that is overdue or did not end well",
    arguments: troubles.filter { !(PostgreSQL.isTried && $0.0 == "backup") })
  func task(task: String, outcome: String, secondsAgo: Double, words: String) throws {
    try noteAllWell()
    try note(task, outcome, secondsAgo: secondsAgo)
    let page = try page()
    #expect(page.contains("<li>\(words)"))
    #expect(page.components(separatedBy: "! look").count == 2)
  }

  @Test("tells of tasks that never ran")
  func never() throws {
    let page = try page()
    for task in ["Reconcile", "Prune", "Verify"] {
      #expect(page.contains("<li>\(task) has never run: <code>dompet \(task.lowercased())</code>"))
    }
  }

  @Test("draws open top-ups by age in proportion, with the numbers beside them")
  func bars() throws {
    for number in 1...3 {
      try desk.site.makeTopUp(
        of: desk.account, reference: "WTU-20260614-000000000000000\(number)", invoiceID: nil,
        createdAt: moment())
    }
    let page = try page()
    for (share, words) in [(75, "3 top-ups"), (25, "1 top-up<"), (0, "0 top-ups")] {
      #expect(page.contains("aria-label=\"\(share) percent\"") && page.contains(words))
      #expect(page.contains("class=\"fill\" width=\"\(share)\""))
    }
    #expect(page.contains("<small>150\u{202F}000\u{A0}IDR</small>"))
  }
}

/// A task, what was noted of it, how long ago, and what is said of it.
private let troubles: [(String, String, Double, String)] = [
  ("reconcile", "asked about 3 top-ups: 1 settled, 2 unknown", 1, "Xendit did not answer"),
  ("reconcile", "asked about 0 top-ups: 0 settled, 0 unknown", 700, "Reconcile is overdue"),
  ("backup", "done", 97_200, "Backup is overdue (27 h ago)"),
  ("prune", "done", 216_000, "Prune is overdue (2 d ago)"),
  ("verify", "0 findings", 777_600, "Verify is overdue"),
  ("verify", "2 findings", 1, "Verify found: 2 findings"),
  ("verify", "<b>", 1, "Verify found: &lt;b&gt;"),
]
