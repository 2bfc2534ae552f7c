// dompet restore: what it refuses, and that what it puts there is what was backed up.

import Foundation
import Programs
import Support
import Testing

@Suite("dompet restore", aboutSQLite, .enabled(if: Site.isBuilt, Site.notBuilt))
struct RestoreTests {
  private let site: Site
  private let backup: String

  init() throws {
    site = try Site()
    #expect(try site.start("dompet-wallets").stop() == 0)
    let account = try site.makeAccount()
    let gift = ["adjust", account.id, "50000", "--reason", "a gift", "--operator", "ana"]
    #expect(try site.run("dompet", arguments: gift).status == 0)
    let made = try site.run("dompet", arguments: ["backup", site.directory.path])
    backup = String(made.output.prefix { $0 != " " })
  }

  private var database: String { "\(site.directory.path)/dompet.db" }

  private func restore(_ arguments: String..., input: String = "") throws -> CommandResult {
    try site.run(
      "dompet", arguments: ["restore", backup, "--no-reconcile"] + arguments,
      input: Array(input.utf8))
  }

  private func moveAway() throws {
    for end in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: database + end) }
  }

  /// Nothing lies where the database shall be.
  private func expectNothing() throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: site.directory.path)
    #expect(!names.contains { $0 == "dompet.db" || $0.contains(".restoring") }, "\(names)")
  }

  @Test("puts the backup there, for the programs' group, and they go on with it")
  func restored() throws {
    try moveAway()
    let result = try restore("--yes")
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.errors.contains("nobody can say how many"))
    let attributes = try FileManager.default.attributesOfItem(atPath: database)
    #expect(attributes[.posixPermissions] as? Int == 0o660)
    #expect(try site.number("SELECT balance FROM wallets") == 50_000)
    #expect(
      try site.run("dompet", arguments: ["verify", "--heads", backup + ".heads"]).status == 0)
    #expect(try site.start("dompet-wallets").stop() == 0)
    let names = try FileManager.default.contentsOfDirectory(atPath: site.directory.path)
    #expect(!names.contains { $0.contains(".restoring") })
  }

  @Test("overwrites nothing: neither a database nor a log that it left")
  func neverOverwrites() throws {
    let bytes = try Data(contentsOf: URL(filePath: database))
    let there = try restore("--yes")
    #expect(there.status == 1 && there.errors.contains("nothing is overwritten"))
    #expect(try Data(contentsOf: URL(filePath: database)) == bytes)
    try FileManager.default.removeItem(atPath: database)
    let log = try restore("--yes")
    #expect(log.status == 1 && log.errors.contains("dompet.db-wal is there"))
    try expectNothing()
  }

  @Test("refuses while a program still has the removed database open")
  func held() throws {
    let program = try site.start("dompet-wallets")
    try moveAway()
    let result = try restore("--yes")
    #expect(result.status == 1)
    #expect(result.errors.contains("still have it open: \(program.processID)"))
    #expect(program.stop() == 0)
    #expect(try restore("--yes").status == 0)
  }

  @Test("asks, and does nothing unless it is told yes")
  func asks() throws {
    try moveAway()
    for answer in ["", "no\n", "y\n"] {
      let result = try restore(input: answer)
      #expect(result.status == 1 && result.errors.contains("nothing was done"))
      try expectNothing()
    }
    #expect(try restore(input: "yes\n").status == 0)
  }

  @Test("refuses a backup that was changed, has no checksum, or whose heads are another ledger's")
  func damaged() throws {
    try moveAway()
    let heads = try String(contentsOfFile: backup + ".heads", encoding: .utf8)
    let forged = heads.replacing(#/ [0-9a-f]{64}/#, with: " " + String(repeating: "0", count: 64))
    try forged.write(toFile: backup + ".heads", atomically: true, encoding: .utf8)
    let other = try restore("--yes")
    #expect(other.status == 1 && other.errors.contains("was printed with another hash"))
    try expectNothing()
    try FileManager.default.removeItem(atPath: backup + ".heads")

    let handle = try #require(FileHandle(forWritingAtPath: backup))
    try handle.seekToEnd()
    try handle.write(contentsOf: Data([1]))
    try handle.close()
    let changed = try restore("--yes")
    #expect(changed.status == 1 && changed.errors.contains("its checksum is another"))
    try expectNothing()
    try FileManager.default.removeItem(atPath: backup + ".sha256")
    let unknown = try restore("--yes")
    #expect(unknown.status == 1 && unknown.errors.contains("there is no \(backup).sha256"))
    try expectNothing()
  }

  @Test("refuses a ledger that is off, whatever its checksum says")
  func offLedger() throws {
    try moveAway()
    try change(
      backup, "DROP TRIGGER wallets_follow_transactions; UPDATE wallets SET balance = 1")
    let result = try restore("--yes")
    #expect(result.status == 1 && result.errors.contains("balance is not its last row's"))
    try expectNothing()
  }

  @Test("refuses a backup of a release whose schema is not for it")
  func newerSchema() throws {
    try moveAway()
    try change(
      backup, "INSERT INTO schema_migrations VALUES (999, 'm999_narrower', 0, 0)")
    let result = try restore("--yes")
    #expect(result.status == 1 && result.errors.contains("m999_narrower is not for programs"))
    try expectNothing()
  }

  /// Changes a backup and its checksum.
  private func change(_ backup: String, _ statements: String) throws {
    let name = (backup as NSString).lastPathComponent
    let change = "PRAGMA journal_mode=DELETE; \(statements)"
    #expect(try runCommand("sqlite3", [backup, change]).status == 0)
    try runCommand(
      "sh", ["-c", "cd \(site.directory.path) && sha256sum \(name) > \(name).sha256"])
  }

  @Test("goes to another place with --to, and needs no Xendit with --no-reconcile")
  func elsewhere() throws {
    let other = "\(site.directory.path)/other.db"
    let bare = try runCommand(
      Checkout.program("dompet"),
      ["restore", backup, "--to", "sqlite:\(other)", "--no-reconcile", "--yes"], environment: [:])
    #expect(bare.status == 0, "\(bare.errors)")
    let verify = ["DATABASE_URL": "sqlite:\(other)"]
    #expect(try site.run("dompet", arguments: ["verify"], environment: verify).status == 0)
    for wrong in [["--to", "/tmp/x"], ["--since", "now"], ["--since", "2026-11-22T00:00:00Z"]] {
      let words = ["restore", backup, "--no-reconcile"] + wrong
      #expect(try site.run("dompet", arguments: words).status == 64)
    }
  }
}
