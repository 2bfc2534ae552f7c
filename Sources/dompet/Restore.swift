// dompet restore: a backup in the place of a database that is gone, and from Xendit what was paid
// since.

import ArgumentParser
import Domain
import Ledger
import Payments
import Service
import Storage

struct Restore: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Puts a backup in the place of the database, and credits what was paid since.",
    usage: "dompet restore FILE [--to sqlite:PATH] [--since TIME] [--no-reconcile] [--yes]",
    discussion: """
      Nothing is overwritten: stop the programs and move the old database away first. The \
      backup's checksum, its whole ledger, and its .heads, if they are beside it, are checked \
      before it gets the database's name. An older release's schema is brought up to date.

      Then Xendit's list is gone through, and every top-up that was paid since is credited, once.

      Nobody can bring back what else was done since the backup: transfers, adjustments, \
      reversals and reviews; registrations, changed names and passwords, logouts and disabled \
      users. Payments of those who registered since wait under dompet review. Sessions are as \
      they were: who refreshed since must log in again, and a logout since is undone. \
      Idempotency keys since are forgotten: a repeated transfer is made, as it is gone; a \
      repeated top-up gets a second invoice.
      """)

  @Argument(help: "The backup, with its .sha256 beside it.")
  var file: String

  @Option(
    help: .init("Where the database shall be. (default: DATABASE_URL)", valueName: "url"),
    transform: { url in
      guard url.hasPrefix("sqlite:/") else {
        throw ValidationError("--to must be sqlite: and an absolute path.")
      }
      return String(url.dropFirst("sqlite:".count))
    })
  var to: String?

  @Option(
    help: """
      Go through Xendit's invoices that were made since then, such as 2026-11-22T00:00:00Z. \
      (default: early enough for all that was paid since the backup)
      """,
    transform: Reconcile.time)
  var since: Timestamp?

  @Flag(help: "Leave Xendit out. Then run dompet reconcile --since TIME before anybody pays.")
  var noReconcile = false

  @Flag(help: "Do not ask.")
  var yes = false

  func validate() throws {
    if noReconcile, since != nil {
      throw ValidationError("--since is for reconciliation: leave --no-reconcile out.")
    }
  }

  func run() throws {
    var configuration = Configuration.forOperator("dompet restore")
    let (target, provider) =
      noReconcile
      ? (configuration.finish(to ?? configuration.databasePath()), nil)
      : configuration.finish(to ?? configuration.databasePath(), .some(configuration.provider()))
    let settings = configuration.finish(configuration.settings(database: target))
    do throws(Trouble) {
      let restoration = Restoration(backup: file, target: target)
      try restoration.checkPlace()
      guard try confirmed(target) else { throw Trouble(text: "nothing was done.") }
      let newest = try restoration.run()
      Terminal.error("restored: \(target), as of \(newest.rfc3339)")
      guard let provider else { return Terminal.error(Restore.lost) }
      try catchUp(since: newest, Service.forOperator(settings), provider)
      Terminal.error(Restore.lost)
    } catch {
      Terminal.error("dompet restore: \(error.text)")
      throw ExitCode(1)
    }
  }

  private func confirmed(_ target: String) throws(Trouble) -> Bool {
    if yes { return true }
    let steps = noReconcile ? "" : ", and credit what Xendit says was paid since"
    Terminal.error("This will put \(file) at \(target)\(steps). Type yes to go on:")
    return readLine() == "yes"
  }

  /// The database is good by now; what remains can be repeated.
  private func catchUp(
    since newest: Timestamp, _ service: Service, _ provider: Provider
  ) throws(Trouble) {
    let reconciliation = Reconciliation(service, provider)
    let begin = since ?? reconciliation.begin(ofPaymentsAfter: newest)
    Terminal.error("… asking Xendit about all invoices since \(begin.rfc3339)")
    do throws(Refusal) {
      let (rebuilt, passed) = try reconciliation.catchUp(since: begin) { counts in
        Terminal.error("… \(counts.asked) asked, \(counts.settled) settled")
      }
      Terminal.error(
        """
        from Xendit: \(rebuilt.asked) invoices, \(rebuilt.rebuilt) top-ups made anew, \
        \(rebuilt.settled + passed.settled) settled; \(rebuilt.unknown + passed.unknown) unknown
        """)
      guard rebuilt.unknown + passed.unknown == 0 else {
        throw .providerUnavailable(evidence: "some invoices could not be settled")
      }
    } catch {
      throw Trouble(
        text: """
          the database is restored, but what was paid since is not all credited: \(error). Before \
          anybody pays, run: dompet reconcile --since \(begin.rfc3339)
          """)
    }
  }

  private static let lost = """
    Not brought back, and nobody can say how many there were since the backup: transfers, \
    adjustments, reversals and reviews; registrations, changed passwords and names, logouts, \
    disabled users. What users paid who registered since waits under: dompet review
    Now run dompet verify, and start the programs.
    """
}
