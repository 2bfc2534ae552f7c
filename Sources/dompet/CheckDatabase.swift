// The database and where it lies.

import Domain
import Ledger
import Schema
import Service
import Storage

extension Inspection {
  /// A checkpoint begins far below; what is larger is held up by a reader that does not end, or
  /// kept whole since the sync of a checkpoint failed.
  private static let logBytesMax: Int64 = 256_000_000
  private static let bytesLeftMin: Int64 = 200_000_000
  private static let secondsBehindMax: Int64 = 60

  mutating func database(_ location: DatabaseLocation) {
    if let path = location.path, LocalFiles.status(path) == nil {
      return problem("database", "there is none at \(path)", "dompet init")
    }
    do throws(StorageFailure) {
      let database = try location.open(migrations: Schema.migrations, mode: .single)
      ok("database", "its schema is this program's, \(Schema.migrations.count) migrations")
      clock(database)
      if location.path == nil { server(database) }
    } catch {
      let isOld = if case .olderSchema = error { true } else { false }
      problem(
        "database", error.explanation(location.description),
        isOld ? "dompet migrate, after a backup." : "See above; dompet is best run as root.")
    }
    if let path = location.path { space(Storehouse(path: path)) }
  }

  private mutating func server(_ database: any Database) {
    var hazards: [Hazard] = []
    do throws(Refusal) {
      try database.read { db throws(Refusal) in try db.findHazards { hazards.append($0) } }
    } catch {
      return problem("server", "its settings cannot be read: \(error)", "See above.")
    }
    for hazard in hazards {
      switch hazard.level {
      case .warning: warning(hazard.setting, hazard.text, hazard.advice)
      case .problem: problem(hazard.setting, hazard.text, hazard.advice)
      }
    }
    if hazards.isEmpty {
      ok("server", "it keeps what it acknowledges, and has connections for a machine's programs")
    }
  }

  private mutating func clock(_ database: any Database) {
    let newest: Timestamp?
    do throws(Refusal) {
      newest = try database.read { db throws(Refusal) in try Overview.newestMoment(in: db) }
    } catch {
      return problem("database", "it cannot be read: \(error)", "dompet verify")
    }
    let behind = newest.map { $0.seconds - World.real.now().seconds } ?? 0
    if behind > Inspection.secondsBehindMax {
      warning(
        "clock", "it is \(age(behind)) behind the newest row",
        "Set the machine's clock. Until it is past that row, times in the ledger stand still.")
    } else {
      ok("clock", "it is not behind the newest row")
    }
  }

  private mutating func space(_ files: Storehouse) {
    let log = files.logBytes ?? 0
    if log > Inspection.logBytesMax {
      warning(
        "write-ahead log", "it has \(files.logBytes.bytes)",
        "Somebody reads without end: see who holds the database, below. Or the disk refused a "
          + "checkpoint: mend it, then stop all programs and start them.")
    } else {
      ok("write-ahead log", "it has \(Optional(log).bytes)")
    }
    guard let left = files.bytesLeft else { return }
    let text = "\(files.bytesLeft.bytes) are left beside \(files.databaseBytes.bytes) of database"
    if left < Inspection.bytesLeftMin {
      problem("disk", text, "Make room: on a full disk every payment is answered with 503.")
    } else if left < files.bytesLeftWanted {
      warning("disk", text, "Make room, for as much as the database and 2 GB at least.")
    } else {
      ok("disk", text)
    }
  }
}

extension Storehouse {
  /// Less is nearly full: a copy of the database should fit, and the log of a busy day.
  var bytesLeftWanted: Int64 { max(2_000_000_000, databaseBytes ?? 0) }
}
