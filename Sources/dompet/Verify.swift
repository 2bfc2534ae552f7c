// dompet verify: the whole ledger held against its invariants. It reads only, one snapshot, while
// the programs go on.

import ArgumentParser
import Domain
import Ledger
import Service
import Storage

struct Verify: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Checks every balance, sequence, hash and origin in the ledger.",
    discussion: """
      Prints what was checked. Exits with 1 if anything is off, and names the exact rows. Events \
      that wait for an operator's review are counted; they are not off.

      Whoever can write the file could write a whole new history. So keep the heads elsewhere, and \
      compare: dompet verify --heads YESTERDAY --print-heads > TODAY

      Takes 10 to 25 seconds of processor time for each million transactions, constant memory, \
      and temporary files of about a quarter of the database in SQLITE_TMPDIR, else in /var/tmp.
      """)

  @Flag(help: "Print each wallet's newest sequence and hash, to be kept outside the database.")
  var printHeads = false

  @Option(
    help: .init(
      "Compare with heads that were printed before: a chain may only have grown since.",
      valueName: "file"))
  var heads: String?

  @Option(
    help: .init(
      """
      Development only: compare the credits with all invoices of the sandbox at this URL, as in \
      XENDIT_BASE_URL. Run dompet reconcile before.
      """, valueName: "url"))
  var sandbox: String?

  func validate() throws {
    if let sandbox, !sandbox.hasPrefix("http://"), !sandbox.hasPrefix("https://") {
      throw ValidationError("--sandbox must be an http or https URL.")
    }
  }

  func run() throws {
    var configuration = Configuration.forOperator("dompet verify")
    let database = Service.openForOperator(configuration.finish(configuration.settings()))
    let printOut = try opened(heads)
    let truth = try sandbox.map(fetched)
    var audit = Audit(
      report: { Terminal.error("OFF  \($0)") },
      progress: { step, rows in
        Terminal.error(rows == 0 ? "… \(step.rawValue)" : "  \(rows) rows")
      },
      head: { if printHeads { print($0.line) } })
    let mistake: PrintOut.Mistake?
    do throws(Refusal) {
      mistake = try database.read { db throws(Refusal) in
        try check(with: &audit, printOut, truth, in: db)
      }
    } catch {
      throw stop("the database cannot be read: \(error)", status: 1)
    }
    if let mistake { throw stop(mistake.text, status: 64) }
    note(audit.findings, in: database)
    if printHeads { print(PrintOut.lastLine(wallets: audit.counts.wallets)) }
    Terminal.error(summary(of: audit))
    if audit.findings > 0 { throw ExitCode(1) }
  }

  /// For monitoring. The result stands also if it cannot be noted.
  private func note(_ findings: Int, in database: any Database) {
    let now = World.real.now()
    do throws(Refusal) {
      try database.write { db throws(Refusal) in
        try Maintenance.note(findings: findings, at: now, in: db)
      }
    } catch {
      Terminal.error("dompet verify: the result could not be noted for monitoring: \(error)")
    }
  }

  /// Everything that was asked for, on one snapshot. What may be refused for a mistake comes before
  /// what takes minutes.
  private func check(
    with audit: inout Audit, _ printOut: PrintOut?, _ truth: [Event]?, in db: any Connection
  ) throws(Refusal) -> PrintOut.Mistake? {
    if let printOut, let mistake = try audit.compare(with: printOut, in: db) { return mistake }
    try audit.run(in: db)
    if let truth { try audit.compare(with: truth, in: db) }
    return nil
  }

  private func opened(_ path: String?) throws -> PrintOut? {
    do throws(PrintOut.Mistake) {
      guard let path else { return nil }
      return try PrintOut(path: path)
    } catch {
      throw stop(error.text, status: 64)
    }
  }

  private func fetched(from url: String) throws -> [Event] {
    do throws(SandboxTruth.Failure) {
      return try SandboxTruth.fetch(from: url)
    } catch {
      throw stop(error.text, status: 1)
    }
  }

  private func stop(_ reason: String, status: Int32) -> ExitCode {
    Terminal.error("dompet verify: \(reason)")
    return ExitCode(status)
  }

  private func summary(of audit: Audit) -> String {
    let counts = audit.counts
    var lines = [
      "checked:",
      "  the file's integrity and foreign keys",
      "  \(counts.wallets) wallets with \(counts.transactions) transactions: numbers, times, "
        + "balances, hashes",
      "  \(counts.topUpsPaid) paid top-ups and \(counts.eventsCredited) events credited by "
        + "operators: one credit each",
      "  \(counts.transfers) transfers: as much received as sent",
      "  \(counts.idempotencyKeys) idempotency keys: one top-up or transfer each",
      "  \(counts.events) events of the provider: each body is the one of its digest",
    ]
    if counts.eventsEmptied > 0 {
      lines.append(
        "  but for \(counts.eventsEmptied) old ones, whose bodies dompet prune has emptied: their "
          + "digests cannot be computed again")
    }
    if heads != nil { lines.append("  \(counts.heads) heads of the earlier print-out") }
    if sandbox != nil {
      lines.append(
        "  \(counts.truth.paid) paid invoices at the sandbox: \(counts.truth.credited) credited, "
          + "\(counts.truth.known) otherwise known of")
    }
    lines.append(
      "held: \(counts.balance.whole) IDR; events waiting for review: \(counts.eventsInReview), "
        + "for Xendit's word: \(counts.eventsWaiting)")
    lines.append(audit.findings == 0 ? "all is well" : "\(audit.findings) findings")
    return lines.joined(separator: "\n")
  }
}
