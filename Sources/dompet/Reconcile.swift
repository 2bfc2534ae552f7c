// dompet reconcile: asks Xendit about open top-ups, and credits what has been paid.

import ArgumentParser
import Domain
import Payments
import Service

struct Reconcile: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Asks Xendit about open top-ups and settles what it says.",
    discussion: """
      Looks at every top-up that is open, or ended unpaid within the last 7 days, and settles it \
      through the same code as the webhook: with webhooks switched off altogether, one pass \
      credits everything that has been paid. Each credit is asked about once, since a webhook \
      bears no signature. It may be stopped at any moment.
      """)

  @Option(
    help:
      "Go on for ever, with so many seconds between passes; ask then about older ones less often.")
  var every: Int?

  func validate() throws {
    if let every, !(1...86_400).contains(every) {
      throw ValidationError("--every must be from 1 to 86400 seconds.")
    }
  }

  func run() throws {
    var configuration = Configuration(program: "dompet reconcile")
    let (settings, provider) = configuration.finish(
      configuration.settings(), configuration.provider())
    let service = Service.forOperator(settings)
    let reconciliation = Reconciliation(service, provider)
    guard let every else {
      guard pass(reconciliation, due: false) else { throw ExitCode(1) }
      return
    }
    while true {
      _ = pass(reconciliation, due: true)
      Deadline.wait(seconds: every)
    }
  }

  /// One pass, told to the person before the screen.
  /// - Returns: whether it went to its end.
  private func pass(_ reconciliation: Reconciliation, due: Bool) -> Bool {
    do throws(Refusal) {
      let counts = try reconciliation.pass(due: due) { counts in
        Terminal.error("… \(counts.asked) asked, \(counts.settled) settled")
      }
      if every == nil || counts.asked + counts.checked > 0 { Terminal.error(summary(counts)) }
      return true
    } catch {
      Terminal.error("dompet reconcile: broken off: \(error). The next pass goes on.")
      return false
    }
  }

  private func summary(_ counts: Reconciliation.Counts) -> String {
    """
    asked about \(counts.asked) top-ups: \(counts.settled) settled, \(counts.unknown) unknown; \
    checked \(counts.checked) credits: \(counts.unpaid) not paid at Xendit, now in review
    """
  }
}
