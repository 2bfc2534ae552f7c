// dompet migrate: brings the database to this release's schema now. Else the first program does it
// that starts.

import ArgumentParser
import Domain
import Glibc
import Schema
import Service
import Storage

struct Migrate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Applies the migrations that the database lacks.",
    discussion: """
      The programs do the same when they start. It is done in one transaction, while no other \
      program writes: all of them or none. Back up before it.
      """)

  @Flag(help: "Only say what is pending; exits with 1 if anything is.")
  var check = false

  func run() throws {
    var configuration = Configuration.forOperator("dompet migrate")
    let location = configuration.finish(configuration.databaseLocation())
    if let path = location.path, LocalFiles.status(path) == nil {
      Terminal.error("dompet migrate: there is no database at \(path). dompet init makes one.")
      throw ExitCode(1)
    }
    do throws(StorageFailure) {
      let pending = try pendingMigrations(of: location)
      for migration in pending { print("\(check ? "pending" : "applying"): \(migration.name)") }
      if pending.isEmpty { print("nothing is pending: the schema is this release's") }
      if check {
        if pending.isEmpty { return }
      } else {
        umask(0o007)
        _ = try location.open(migrations: Schema.migrations, mode: .service)
        if !pending.isEmpty { print("done") }
        return
      }
    } catch {
      Terminal.error("dompet migrate: \(error.explanation(location.description))")
    }
    throw ExitCode(1)
  }
}

/// The migrations that the database lacks.
/// - Throws: if it has others, or cannot be opened.
func pendingMigrations(of location: DatabaseLocation) throws(StorageFailure) -> [Migration] {
  do throws(StorageFailure) {
    _ = try location.open(migrations: Schema.migrations, mode: .single)
    return []
  } catch .olderSchema(let found, _) {
    return Array(Schema.migrations.dropFirst(found))
  }
}
