// dompet backup and dompet backup list: what they write, keep and refuse.

import Foundation
import Programs
import Support
import Testing

@Suite("dompet backup", aboutSQLite, .enabled(if: Site.isBuilt, Site.notBuilt))
struct BackupTests {
  private let site: Site
  private let folder: TemporaryDirectory

  init() throws {
    site = try Site()
    folder = try TemporaryDirectory()
    #expect(try site.start("dompet-wallets").stop() == 0)
    _ = try site.makeAccount()
  }

  private func backup(_ arguments: String...) throws -> CommandResult {
    try site.run(
      "dompet", arguments: ["backup"] + arguments, environment: ["BACKUP_DIRECTORY": folder.path])
  }

  /// The files in the folder, but the lock.
  private func files() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0 != ".dompet-backup.lock" }.sorted()
  }

  @Test("writes the copy with its checksum and heads, prints their digests, and notes it")
  func made() throws {
    let result = try backup()
    #expect(result.status == 0, "\(result.errors)")
    let names = try files()
    let name = try #require(names.first)
    #expect(names == [name, name + ".heads", name + ".sha256"])
    let check = try runCommand(
      "sh", ["-c", "cd \(folder.path) && sha256sum -c \(name).sha256 && sha256sum \(name).heads"])
    #expect(check.status == 0)
    let digest = try #require(check.output.split(separator: "\n").last?.prefix(64))
    #expect(result.output.contains("heads of 1 wallets: sha256 \(digest)\n"))
    for file in names {
      let attributes = try FileManager.default.attributesOfItem(atPath: "\(folder.path)/\(file)")
      #expect(attributes[.posixPermissions] as? Int == 0o640)
    }
    #expect(try site.sql("SELECT outcome FROM maintenance WHERE task = 'backup'")[0].contains(name))
    let heads = "\(folder.path)/\(name).heads"
    #expect(try site.run("dompet", arguments: ["verify", "--heads", heads]).status == 0)
    #expect(!result.errors.contains("…"))
  }

  @Test("keeps the newest of each hour and day; foreign files stay, what is unfinished goes")
  func rotation() throws {
    let old = (0..<40).map {
      String(format: "dompet-2025%02d%02dT123000Z.db", 8 + $0 / 20, $0 % 20 + 1)
    }
    for name in old {
      for end in ["", ".sha256", ".heads"] { try folder.write("", to: name + end) }
    }
    let foreign = ["dompet.db", "dompet-20251001T003000Z.db.gz", "notes", "x.partial"]
    for name in foreign { try folder.write("", to: name) }
    try folder.write("", to: "dompet-20251001T003000Z.db.partial")
    #expect(try backup().status == 0)
    let left = try files()
    #expect(foreign.allSatisfy(left.contains))
    #expect(!left.contains("dompet-20251001T003000Z.db.partial"))
    let kept = left.filter { $0.hasSuffix("Z.db") }
    #expect(kept.count == 30 && Set(kept).isDisjoint(with: old.prefix(11)))
    #expect(left.count == foreign.count + 3 * kept.count)
  }

  @Test("of a ledger that is off fails, names the rows, and leaves nothing")
  func offLedger() throws {
    try site.sql(
      "DROP TRIGGER wallets_follow_transactions; UPDATE wallets SET balance = 1")
    let result = try backup()
    #expect(result.status == 1)
    #expect(result.errors.contains("no backup was made: "))
    #expect(result.errors.contains("balance is not its last row's"))
    #expect(try files() == [])
    #expect(try site.number("SELECT count(*) FROM maintenance") == 0)
  }

  @Test("says why where there is no folder, no room, and while another one is made")
  func refusals() throws {
    let none = try backup("\(folder.path)/none")
    #expect(none.status == 1 && none.errors.contains("No such file or directory"))
    let lock = open("\(folder.path)/.dompet-backup.lock", O_RDONLY | O_CREAT | O_CLOEXEC, 0o640)
    #expect(flock(lock, LOCK_EX) == 0)
    let second = try backup()
    #expect(second.status == 1 && second.errors.contains("another one is being made"))
    close(lock)
    // Files of this process may have 64 kB: as if the disk were full in the middle.
    let full = try runCommand(
      "bash",
      [
        "-c", "trap '' XFSZ; ulimit -f 64; exec \"$0\" backup \"$1\"", Checkout.program("dompet"),
        folder.path,
      ], environment: site.environment.merging(Stack.environment) { $1 })
    #expect(full.status == 1 && full.errors.contains("no backup was made: "), "\(full.errors)")
    #expect(try files() == [])
    #expect(try backup().status == 0)
  }

  @Test("killed at any write, sync or rename leaves nothing by a backup's name that is none")
  func killed() throws {
    for call in ["pwrite64", "fsync", "rename", "write", "flock"] {
      for number in 1...4 {
        _ = try? runCommand(
          "strace",
          [
            "-f", "-qq", "-o", "/dev/null", "-e", "trace=\(call)", "-e",
            "inject=\(call):signal=KILL:when=\(number)", Checkout.program("dompet"), "backup",
            folder.path,
          ], environment: site.environment.merging(Stack.environment) { $1 })
        let list = try backup("list")
        #expect(list.status == 0, "\(call) \(number): \(list.output)")
      }
    }
    #expect(try backup().status == 0)
    #expect(try files().allSatisfy { !$0.hasSuffix(".partial") })
    #expect(try site.run("dompet", arguments: ["verify"]).status == 0)
  }

  @Test("list names each with its size, and exits with 1 when one is not what it was")
  func list() throws {
    #expect(try backup("list").output.contains("there is no backup"))
    #expect(try backup().status == 0)
    let name = try #require(try files().first)
    let good = try backup("list")
    #expect(good.status == 0)
    #expect(good.output.split(separator: "\n").count == 2 && good.output.hasSuffix("ok\n"))
    let handle = try #require(FileHandle(forWritingAtPath: "\(folder.path)/\(name)"))
    try handle.seek(toOffset: 5000)
    try handle.write(contentsOf: Data([1]))
    try handle.close()
    let bad = try backup("list", "--json")
    #expect(bad.status == 1)
    let object = try JSONSerialization.jsonObject(with: Data(bad.output.utf8)) as? [String: Any]
    #expect(object?["checksum"] as? String == "wrong")
    #expect(object?["file"] as? String == "\(folder.path)/\(name)")
    #expect(try backup("list", "--quick").status == 0)
    try FileManager.default.removeItem(atPath: "\(folder.path)/\(name).sha256")
    #expect(try backup("list").output.contains("missing"))
  }
}
