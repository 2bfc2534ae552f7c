// An old backup is put back: what was paid since then is credited again, from Xendit's list.

import Foundation
import Support
import Testing

@Suite("After a restore", .enabled(if: Stack.isBuilt, "needs the release build"))
struct RestoreTests {
  @Test("reconcile --since credits what was paid since the backup, and asks about nobody's money")
  func since() throws {
    let folder = try TemporaryDirectory()
    let first = try Client(on: Stack(["--no-rate-limit"], directory: folder.path))
    let begin = Date().ISO8601Format()
    try runCommand("sqlite3", [folder.path + "/dompet.db", "VACUUM INTO '\(folder.path)/backup'"])
    let paid = try first.topUp(10_000, key: "paid")
    try first.pay(paid)
    _ = try first.topUp(20_000, key: "open")
    let stranger = try Client(on: first.stack)
    try stranger.pay(stranger.topUp(40_000, key: "unknown"))
    #expect(try first.balance() == "10000.00")

    first.stack.stop()
    try restore(folder.path)
    let client = first.moved(
      to: try Stack(["--no-rate-limit"], directory: folder.path))
    #expect(try client.balance() == "0.00")
    for _ in 1...2 {
      let result = try client.dompet("reconcile", "--since", begin)
      #expect(result.status == 0, "\(result.errors)")
      #expect(try client.balance() == "10000.00")
    }
    let review = try client.dompet("review").output.split(separator: "\n")
    #expect(review.count == 2 && review[1].contains("40000 IDR"))
    let rows = try runCommand(
      "sqlite3",
      [folder.path + "/dompet.db", "SELECT amount, status FROM wallet_top_ups ORDER BY amount"])
    #expect(rows.output == "10000|PAID\n20000|PENDING\n")
    #expect(try client.dompet("verify").status == 0)
  }

  @Test(
    "--since wants a time, and is done once",
    arguments: [
      ["--since", "yesterday"], ["--since", "2026-11-22"],
      ["--since", "2026-11-22T00:00:00Z", "--every", "60"],
    ])
  func usage(words: [String]) throws {
    #expect(try runCommand(Checkout.program("dompet"), ["reconcile"] + words).status == 64)
  }

  private func restore(_ folder: String) throws {
    for name in ["dompet.db", "dompet.db-wal", "dompet.db-shm"] {
      try? FileManager.default.removeItem(atPath: "\(folder)/\(name)")
    }
    try FileManager.default.moveItem(atPath: folder + "/backup", toPath: folder + "/dompet.db")
    try runCommand("sqlite3", [folder + "/dompet.db", "PRAGMA journal_mode=WAL"])
  }
}
