// The database's files: a fresh one for each episode is a copy of one that was migrated once.

import Domain
import Glibc
import Schema
import Storage

/// A folder in memory, where waiting for the disk costs nothing.
struct Files {
  private let folder: String
  private static let suffixes = ["", "-wal"]

  var path: String { folder + "/episode.db" }
  private var template: String { folder + "/template.db" }

  /// Makes the folder and the template.
  init() throws {
    var name = Array(
      "\(access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp")/dompet-XXXXXX".utf8CString)
    guard let made = mkdtemp(&name) else {
      throw StorageFailure.cannotOpen(evidence: "no folder could be made: errno \(errno)")
    }
    folder = String(cString: made)
    _ = try SQLiteDatabase(path: template, migrations: Schema.migrations, mode: .service)
  }

  /// Puts a fresh database in the place of the last one.
  func renew() throws {
    for suffix in Files.suffixes + ["-shm", ".lock"] { unlink(path + suffix) }
    for suffix in Files.suffixes { try copy(template + suffix, to: path + suffix) }
  }

  func remove() {
    for suffix in Files.suffixes + ["-shm", ".lock"] {
      unlink(path + suffix)
      unlink(template + suffix)
    }
    rmdir(folder)
  }

  private func copy(_ source: String, to target: String) throws {
    let from = open(source, O_RDONLY)
    let to = open(target, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    defer {
      close(from)
      close(to)
    }
    var status = stat()
    guard from >= 0, to >= 0, fstat(from, &status) == 0,
      sendfile(to, from, nil, status.st_size) == status.st_size
    else { throw StorageFailure.cannotOpen(evidence: "\(source): errno \(errno)") }
  }
}
