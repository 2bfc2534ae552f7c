// dompet move: everything from one database into another, empty one, of the same or another engine.

import ArgumentParser
import Crypto
import Domain
import Glibc
import Ledger
import Schema
import Service
import Storage

struct Move: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Moves everything into another database, as from SQLite to PostgreSQL.",
    discussion: """
      Stop the programs before it (systemctl stop dompet.target): what they write meanwhile would \
      stay behind, and the move then fails. The target must be empty, its role must own the \
      tables. Afterwards every row is compared, both ledgers are checked as by dompet verify, \
      and each wallet's chain must end alike. Nothing of the source is changed. Then set \
      DATABASE_URL to the target.

      A move that was broken off leaves a target that is not empty: drop it, and begin anew.
      """)

  @Option(help: .init("The database that everything lies in.", valueName: "url"))
  var from: String

  @Option(
    help: .init("An empty one: sqlite:/path, or postgresql://….", valueName: "url"))
  var to: String

  func run() throws {
    umask(0o007)
    let source = try open(from, "--from", mode: .single)
    try moveRows(of: source, to: open(to, "--to", mode: .service))
    // Opened again, since a program that stays gives up a read after some seconds.
    let target = try open(to, "--to", mode: .single)
    try compareRows(source, target)
    try compareLedgers(source, target)
  }

  private func moveRows(of source: any Database, to target: any Database) throws {
    guard try done({ () throws(Refusal) in try isEmpty(target) }) else {
      throw stop("the target is not empty. Nothing was changed.")
    }
    try done(leaving: " The target holds a part: drop it, and begin anew.") {
      () throws(Refusal) in
      try source.read { db throws(Refusal) in try copy(from: db, to: target) }
    }
  }

  private func isEmpty(_ target: any Database) throws(Refusal) -> Bool {
    try target.read { db throws(Refusal) in try Moving.isEmpty(db) }
  }

  /// - Throws: 1 for a refusal, which is told.
  private func done<T>(
    leaving consequence: String = "", _ body: () throws(Refusal) -> T
  ) throws -> T {
    do throws(Refusal) {
      return try body()
    } catch {
      throw stop("\(error).\(consequence)")
    }
  }

  private func copy(
    from source: any Connection, to target: any Database
  ) throws(Refusal) {
    for table in Moving.tables {
      var told = 0
      Terminal.error("… \(table.name)")
      try table.copy(from: source, to: target) { rows in
        guard rows - told >= 100_000 else { return }
        told = rows
        Terminal.error("  \(rows) rows")
      }
    }
  }

  /// The source once more as it is now: it must not have been written to meanwhile.
  private func compareRows(_ source: any Database, _ target: any Database) throws {
    for table in Moving.tables {
      Terminal.error("… comparing \(table.name)")
      let (before, after) = try done { () throws(Refusal) in
        (
          try source.read { db throws(Refusal) in try table.digest(in: db) },
          try target.read { db throws(Refusal) in try table.digest(in: db) }
        )
      }
      guard before == after else {
        throw stop(
          "the rows of \(table.name) differ: was the source written to meanwhile? Stop the "
            + "programs, drop the target, and begin anew.")
      }
    }
  }

  /// Both must be well, and every chain must end alike.
  private func compareLedgers(_ source: any Database, _ target: any Database) throws {
    let before = try summary(of: source, "the source")
    let after = try summary(of: target, "the target")
    guard before == after else {
      throw stop("the ledgers differ: the source has \(before), the target \(after).")
    }
    Terminal.error("moved, and equal: \(after)")
  }

  /// What a ledger holds, in words, with a digest of where each chain ends.
  private func summary(of database: any Database, _ name: String) throws -> String {
    Terminal.error("… checking \(name)")
    var digest = SHA256()
    var audit = Audit(
      report: { Terminal.error("OFF  \(name): \($0)") },
      head: { digest.update(Array("\($0.line)\n".utf8)) })
    try done { () throws(Refusal) in
      try database.read { db throws(Refusal) in try audit.run(in: db) }
    }
    if audit.findings > 0 { throw stop("\(name): \(audit.findings) findings") }
    let counts = audit.counts
    return "\(counts.wallets) wallets, \(counts.transactions) transactions, \(counts.transfers) "
      + "transfers, \(counts.events) events, \(counts.idempotencyKeys) keys, "
      + "\(counts.balance.whole) IDR, heads \(Hex.encode(digest.finish()).prefix(16))"
  }

  private func open(
    _ url: String, _ option: String, mode: OpeningMode
  ) throws -> any Database {
    let location: DatabaseLocation
    do throws(Invalid) {
      location = try DatabaseLocation(url: url)
    } catch {
      throw ValidationError("\(option) \(error.detail).")
    }
    if mode == .single, let path = location.path, LocalFiles.status(path) == nil {
      throw stop("there is no database at \(path).")
    }
    do throws(StorageFailure) {
      return try location.open(migrations: Schema.migrations, mode: mode)
    } catch {
      throw stop(error.explanation(location.description, from: option))
    }
  }

  private func stop(_ reason: String) -> ExitCode {
    Terminal.error("dompet move: \(reason)")
    return ExitCode(1)
  }
}
