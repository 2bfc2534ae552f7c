// The folder of backups: how one is made there, so that what bears a backup's name is one, and
// which are kept.

import Crypto
import Domain
import Ledger
import Service
import Storage

struct BackupFolder {
  let path: String

  /// Read by the group, so that it can be carried elsewhere.
  private static let mode: UInt32 = 0o640
  /// What is not finished; whoever makes the next backup removes it.
  private static let unfinished = ".partial"

  /// What a new backup is.
  struct Made {
    let name: BackupName
    let bytes: Int64
    let digest: String
    let headsDigest: String
    let wallets: Int
  }

  /// Newest first.
  func backups() throws(Trouble) -> [BackupName] {
    try names().compactMap(BackupName.init).sorted(by: >)
  }

  func make(from database: String, in world: World) throws(Trouble) -> Made {
    let lock = try Trouble.with { () throws(FileFailure) in
      try FileLock("\(path)/.dompet-backup.lock")
    }
    guard let lock else { throw Trouble(text: "another one is being made in \(path).") }
    defer { withExtendedLifetime(lock) {} }
    try clear()
    try checkRoom(for: database)
    let name = try freeName(in: world)
    do throws(Trouble) {
      let made = try write(name, from: database)
      try rotate(newest: name)
      return made
    } catch {
      try? clear()
      throw error
    }
  }

  /// Everything bears another name until all of it is good; the database itself gets its own last.
  private func write(_ name: BackupName, from database: String) throws(Trouble) -> Made {
    let file = "\(path)/\(name.text)"
    let copy = file + BackupFolder.unfinished
    try create(copy)
    let progress = Progress()
    try Trouble.with("the copy") { () throws(Refusal) in
      try SQLiteCopy.write(from: database, to: copy) { progress.copied($0, of: $1) }
    }
    let heads = try HeadsFile(file + ".heads" + BackupFolder.unfinished, mode: BackupFolder.mode)
    let wallets = try LedgerCheck.run(on: copy, heads: heads, progress)
    let headsDigest = try heads.finish()
    let digest = try Checksum.of(copy)
    try create(
      file + ".sha256" + BackupFolder.unfinished,
      "\(digest)  \(name.text)\n\(headsDigest)  \(name.text).heads\n")
    try Trouble.with { () throws(FileFailure) in
      for end in [".heads", ".sha256", ""] {
        if end.isEmpty { try Files.sync(path) }
        try Files.rename(file + end + BackupFolder.unfinished, to: file + end)
      }
      try Files.sync(path)
    }
    return Made(
      name: name, bytes: Files.size(file) ?? 0, digest: digest, headsDigest: headsDigest,
      wallets: wallets)
  }

  private func create(_ file: String, _ text: String = "") throws(Trouble) {
    try Trouble.with { () throws(FileFailure) in
      var new = try NewFile(file, mode: BackupFolder.mode)
      try new.write(Array(text.utf8))
      try new.sync()
    }
  }

  /// Removes what somebody left who did not come to an end. Only the holder of the lock may.
  private func clear() throws(Trouble) {
    for name in try names() where name.hasSuffix(BackupFolder.unfinished) {
      guard BackupName(String(name.prefix(26))) != nil else { continue }
      Files.remove("\(path)/\(name)")
    }
  }

  private func rotate(newest: BackupName) throws(Trouble) {
    for name in Retention().surplus(of: try backups(), newest: newest) {
      for end in ["", ".sha256", ".heads"] { Files.remove("\(path)/\(name.text)\(end)") }
    }
  }

  /// Rather than to fill the disk, which may be the database's own.
  private func checkRoom(for database: String) throws(Trouble) {
    let needed = (Files.size(database) ?? 0) + (Files.size(database + "-wal") ?? 0)
    guard let free = Files.freeBytes(at: path), free < needed + needed / 50 else { return }
    throw Trouble(
      text: "\(path) has \(free) bytes free, and some \(needed) are needed. Make room there.")
  }

  /// Two of one second would have one name.
  private func freeName(in world: World) throws(Trouble) -> BackupName {
    while true {
      let name = BackupName(at: world.now())
      if !Files.isThere("\(path)/\(name.text)") { return name }
      world.wait(100)
    }
  }

  private func names() throws(Trouble) -> [String] {
    try Trouble.with { () throws(FileFailure) in try Files.names(in: path) }
  }
}
