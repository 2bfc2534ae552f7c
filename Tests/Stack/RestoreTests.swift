// An old backup is put back: what was paid since then is credited again, from Xendit's list.

import Foundation
import Support
import Testing

@Suite("After a restore", aboutSQLite, .enabled(if: Stack.isBuilt, "needs the release build"))
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

  @Test("dompet restore, from a backup made under load, credits everything that was paid, once")
  func drill() throws {
    let (folder, backups) = (try TemporaryDirectory(), try TemporaryDirectory())
    let stack = try Stack(["--no-rate-limit"], directory: folder.path)
    let clients = try (1...4).map { _ in try Client(on: stack) }
    let load = Payers(clients)
    defer { load.end() }
    load.await(payments: 12)
    let before = load.payments
    let made = try clients[0].dompet("backup", backups.path)
    #expect(made.status == 0, "\(made.errors)")
    #expect(load.payments > before)
    load.await(payments: load.payments + 12)
    load.end()
    #expect(load.failures == 0)
    let unheard = try clients[0].topUp(7_000, key: "unheard")
    let balances = try clients.map { try $0.balance() }
    try clients[0].settle(unheard, "PAID")
    let stranger = try Client(on: stack)
    try stranger.pay(stranger.topUp(40_000, key: "stranger"))
    let settings = stack.settings
    stack.stop()
    for end in ["", "-wal", "-shm"] {
      try FileManager.default.removeItem(atPath: "\(folder.path)/dompet.db\(end)")
    }

    let backup = String(made.output.prefix { $0 != " " })
    let restored = try restored(backup, settings)
    #expect(restored.status == 0, "\(restored.errors)")
    #expect(restored.errors.contains("0 unknown") && restored.errors.contains("made anew"))
    let again = try Stack(["--no-rate-limit"], directory: folder.path)
    let returned = clients.map { $0.moved(to: again) }
    let expected = "\((Int(balances[0]?.dropLast(3) ?? "") ?? 0) + 7_000).00"
    #expect(try returned.map { try $0.balance() } == [expected] + balances.dropFirst())
    let sandbox = again.settings["XENDIT_BASE_URL"] ?? ""
    let verify = try returned[0].dompet(
      "verify", "--sandbox", sandbox, "--heads", backup + ".heads")
    #expect(verify.status == 0, "\(verify.errors)")
    let review = try returned[0].dompet("review").output.split(separator: "\n")
    #expect(review.count == 2 && review[1].contains("40000 IDR"))
  }

  /// Restores while nothing runs but Xendit: a sandbox elsewhere that knows the same invoices.
  private func restored(_ backup: String, _ settings: [String: String]) throws -> CommandResult {
    let path = settings["DATABASE_URL"]?.dropFirst("sqlite:".count) ?? ""
    let folder = (String(path) as NSString).deletingLastPathComponent
    let elsewhere = try TemporaryDirectory()
    for end in ["", "-wal", "-shm"] {
      try FileManager.default.copyItem(
        atPath: "\(folder)/sandbox.db\(end)", toPath: "\(elsewhere.path)/sandbox.db\(end)")
    }
    let xendit = try Stack(
      ["--no-rate-limit"], directory: elsewhere.path,
      environment: ["XENDIT_SECRET_KEY": settings["XENDIT_SECRET_KEY"] ?? ""])
    let its = ["XENDIT_BASE_URL": xendit.settings["XENDIT_BASE_URL"] ?? ""]
    return try runCommand(
      Checkout.program("dompet"), ["restore", backup, "--yes"],
      environment: Stack.environment.merging(settings) { $1 }.merging(its) { $1 })
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

/// People who top up and pay without a pause, each in a thread.
private final class Payers: Sendable {
  private let counts = Shared((payments: 0, failures: 0, running: 0, isOver: false))

  init(_ clients: [Client]) {
    counts.withLock { $0.running = clients.count }
    for client in clients {
      Thread.detachNewThread { [counts] in
        while !counts.withLock({ $0.isOver }) {
          do {
            let topUp = try client.topUp(10_000, key: UUID().uuidString)
            try client.pay(topUp)
            counts.withLock { $0.payments += 1 }
          } catch {
            counts.withLock { $0.failures += 1 }
          }
        }
        counts.withLock { $0.running -= 1 }
      }
    }
  }

  var payments: Int { counts.withLock { $0.payments } }
  var failures: Int { counts.withLock { $0.failures } }

  func await(payments count: Int) {
    while payments < count, failures == 0 { usleep(1000) }
  }

  func end() {
    counts.withLock { $0.isOver = true }
    while counts.withLock({ $0.running }) > 0 { usleep(1000) }
  }
}
