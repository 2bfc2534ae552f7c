// dompet backup: a copy of the database as it is at one moment, verified before it gets its name.

import ArgumentParser
import Domain
import Ledger
import Service
import Storage

struct Backup: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Copies the database while everything runs, and verifies the copy.",
    usage: "dompet backup [DIR]\ndompet backup list [DIR] [--quick] [--json]",
    discussion: """
      Writes dompet-TIME.db, with .sha256 (sha256sum -c) and .heads beside it: where each wallet's \
      chain ends. What it prints names the digest of the heads: kept elsewhere, as in a journal, \
      it shows later that nobody has rewritten them. To check: sha256sum FILE.heads must give that \
      digest, and dompet verify --heads FILE.heads must find every chain grown from there.

      Keeps the newest backup of each of 24 hours and of each of 30 days, and removes its others. \
      Files by other names stay. DIR is BACKUP_DIRECTORY, else /var/backups/dompet; it must be \
      there. Exits with 1 if there is no new backup.
      """,
    subcommands: [BackupMake.self, BackupList.self], defaultSubcommand: BackupMake.self)
}

struct BackupMake: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "make", abstract: "Makes one; \"dompet backup\" alone does the same.")

  @Argument(help: "The folder. (default: BACKUP_DIRECTORY, else /var/backups/dompet)")
  var directory: String?

  func run() throws {
    var configuration = Configuration.forOperator("dompet backup")
    let (settings, path, folder) = configuration.finish(
      configuration.settings(), configuration.databasePath(),
      configuration.backupFolder(directory))
    let service = Service.forOperator(settings)
    do throws(Trouble) {
      let begin = service.world.monotonicMilliseconds()
      let made = try folder.make(from: path, in: service.world)
      let seconds = (service.world.monotonicMilliseconds() - begin) / 1000
      note("\(made.name.text), \(made.bytes) bytes, \(seconds) s", in: service)
      print("\(folder.path)/\(made.name.text) \(made.bytes) bytes, sha256 \(made.digest)")
      print("heads of \(made.wallets) wallets: sha256 \(made.headsDigest)")
    } catch {
      Terminal.error("dompet backup: no backup was made: \(error.text)")
      throw ExitCode(1)
    }
  }

  /// The backup is good without it.
  private func note(_ outcome: String, in service: Service) {
    let now = service.world.now()
    do throws(Refusal) {
      try service.database.write { db throws(Refusal) in
        try Maintenance.note(.backup, outcome, at: now, in: db)
      }
    } catch {
      Terminal.error("dompet backup: it could not be noted in the database: \(error)")
    }
  }
}

/// Why something with backups was not done, for the person before the screen.
struct Trouble: Error {
  let text: String

  /// Runs `body`, whose failures a person can read as they are.
  static func with<T>(_ body: () throws(FileFailure) -> T) throws(Trouble) -> T {
    do throws(FileFailure) {
      return try body()
    } catch {
      throw Trouble(text: error.description)
    }
  }

  /// - Parameter what: what the refusal ended.
  static func with<T>(
    _ what: String, _ body: () throws(Refusal) -> T
  ) throws(Trouble) -> T {
    do throws(Refusal) {
      return try body()
    } catch .busy(let evidence), .broken(let evidence) {
      throw Trouble(text: "\(what): \(evidence)")
    } catch {
      throw Trouble(text: "\(what): \(error)")
    }
  }
}

extension Configuration {
  /// The folder that was named, else BACKUP_DIRECTORY.
  mutating func backupFolder(_ named: String?) -> BackupFolder? {
    (named ?? text("BACKUP_DIRECTORY", or: "/var/backups/dompet")).map(BackupFolder.init(path:))
  }
}
