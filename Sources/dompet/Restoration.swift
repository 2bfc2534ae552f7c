// How a backup becomes the database: under another name until all of it is known to be good, and
// never in the place of anything.

import Crypto
import Domain
import Ledger
import Schema
import Service
import Storage

struct Restoration {
  let backup: String
  let target: String

  /// Read and written by the programs' group, whatever the umask.
  private static let mode: UInt32 = 0o660

  private var copy: String { target + ".restoring" }
  private var folder: String {
    target.lastIndex(of: "/").map { String(target[..<$0]) }.flatMap { $0.isEmpty ? nil : $0 } ?? "/"
  }

  /// A database that exists, or that somebody still writes to, is left alone; so is a log, which
  /// would be taken for that of the restored database.
  func checkPlace() throws(Trouble) {
    for file in ["", "-wal", "-shm", "-journal"].map({ target + $0 }) where Files.isThere(file) {
      throw Trouble(
        text: """
          \(file) is there, and nothing is overwritten. Stop the programs, then move it and what \
          lies beside it away: mkdir OLD && mv \(target)* OLD/
          """)
    }
    let held = ["", "-wal", "-shm", ".lock"].map { (Files.resolved(folder) ?? folder) + name + $0 }
    let holders = Files.holders(of: held)
    guard holders.isEmpty else {
      let list = holders.map(String.init).joined(separator: ", ")
      throw Trouble(
        text: "\(target) is gone, but processes still have it open: \(list). Stop the programs.")
    }
    if (Files.size(backup + "-wal") ?? 0) > 0 {
      throw Trouble(text: "\(backup) has a log beside it, so it is in use, and no backup.")
    }
  }

  private var name: Substring { target[(target.lastIndex(of: "/") ?? target.startIndex)...] }

  /// - Returns: the newest moment that the restored database is sure to know all of.
  func run() throws(Trouble) -> Timestamp {
    let noted = try Checksum.noted(of: backup)
    do throws(Trouble) {
      guard try copied() == noted else {
        throw Trouble(text: "\(backup) is not what it was: its checksum is another.")
      }
      let newest = try check()
      try Trouble.with { () throws(FileFailure) in
        try Files.sync(copy)
        try Files.move(copy, toNew: target)
        try Files.sync(folder)
      }
      return newest
    } catch {
      Files.remove(copy)
      throw error
    }
  }

  /// - Returns: the digest of what was read.
  private func copied() throws(Trouble) -> String {
    let needed = Files.size(backup) ?? 0
    if let free = Files.freeBytes(at: folder), free < needed + needed / 50 {
      throw Trouble(text: "\(folder) has \(free) bytes free, and some \(needed) are needed.")
    }
    Files.remove(copy)
    return try Trouble.with { () throws(FileFailure) in
      var hash = SHA256()
      var file = try NewFile(copy, mode: Restoration.mode)
      try Files.read(backup) { piece throws(FileFailure) in
        hash.update(piece)
        try file.write(piece)
      }
      Files.share(copy, withGroupOf: folder)
      try file.sync()
      return Hex.encode(hash.finish())
    }
  }

  /// What is checked is the very file that becomes the database.
  private func check() throws(Trouble) -> Timestamp {
    do throws(StorageFailure) {
      try SQLiteCopy.prepare(copy, migrations: Schema.migrations)
    } catch {
      throw Trouble(text: "\(backup): \(error.explanation(backup))")
    }
    Terminal.error("… checking the whole ledger")
    _ = try LedgerCheck.run(on: copy, comparing: try heads(), Progress())
    let newest = try Trouble.with("the backup") { () throws(Refusal) in
      try SQLiteCopy.read(copy) { db throws(Refusal) in try Newest.moment(in: db) }
    }
    // A clock that was ahead must not hide what came later; a name may say when it was made.
    let now = World.real.now()
    let named = BackupName(String(backup.split(separator: "/").last ?? ""))?.time
    return min(newest ?? now, named ?? now, now)
  }

  private func heads() throws(Trouble) -> PrintOut? {
    let path = backup + ".heads"
    guard Files.isThere(path) else { return nil }
    do throws(PrintOut.Mistake) {
      return try PrintOut(path: path)
    } catch {
      throw Trouble(text: error.text)
    }
  }
}
