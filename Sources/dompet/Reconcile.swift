// dompet reconcile: asks Xendit about open top-ups, and credits what has been paid.

import ArgumentParser
import Domain
import Ledger
import Payments
import Service
import Storage

struct Reconcile: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Asks Xendit about open top-ups and settles what it says.",
    discussion: """
      Looks at every top-up that is open, or ended unpaid within the last 7 days, and settles it \
      through the same code as the webhook: with webhooks switched off altogether, one pass \
      credits everything that has been paid. Each credit is asked about once, since a webhook \
      bears no signature. It may be stopped at any moment, and goes on there.

      After an older backup was restored, --since goes through Xendit's whole list, makes the \
      top-ups that are missing, and credits what was paid.
      """)

  @Option(
    help:
      "Go on for ever, with so many seconds between passes; ask then about older ones less often.")
  var every: Int?

  @Flag(help: "Ask about older ones less often, as --every does: one pass, for a timer.")
  var due = false

  @Option(
    help: "First go through all invoices that were made since then, such as 2026-11-22T00:00:00Z.",
    transform: Reconcile.time)
  var since: Timestamp?

  /// As a person types it.
  static let time = argument { text throws(Invalid) in
    guard let time = Timestamp(rfc3339: text) else {
      throw Invalid("must be a date and time with an offset (RFC 3339)")
    }
    return time
  }

  func validate() throws {
    if let every, !(1...86_400).contains(every) {
      throw ValidationError("--every must be from 1 to 86400 seconds.")
    }
    if every != nil, since != nil {
      throw ValidationError("--since is done once: leave --every out.")
    }
    if due, every != nil || since != nil {
      throw ValidationError(
        "--due is one pass over what is due: leave \(every == nil ? "--since" : "--every") out.")
    }
  }

  func run() throws {
    var configuration = Configuration.forOperator("dompet reconcile")
    let (settings, provider) = configuration.finish(
      configuration.settings(), configuration.provider())
    let service = Service.forOperator(settings)
    let reconciliation = Reconciliation(service, provider)
    let pass = { (progress: (Reconciliation.Counts) -> Void) throws(Refusal) in
      let isDue = due || every != nil
      let counts =
        try isDue
        ? reconciliation.passOverDue(progress: progress) : reconciliation.pass(progress: progress)
      try noteEnd(of: counts, in: service.database)
      return counts
    }
    if let since {
      try told { progress throws(Refusal) in
        try reconciliation.rebuild(since: since, progress: progress)
      }
    }
    guard let every else { return try told(pass) }
    while true {
      try? told(pass)
      World.real.wait(Int64(every) * 1000)
    }
  }

  /// Whoever watches over the installation sees by it that passes come to their end.
  private func noteEnd(
    of counts: Reconciliation.Counts, in database: any Database
  ) throws(Refusal) {
    let now = World.real.now()
    let outcome = counts.summary
    try database.write { db throws(Refusal) in
      try Maintenance.note(.reconcile, outcome, at: now, in: db)
    }
  }

  /// Tells the person before the screen how a walk goes.
  /// - Throws: exit status 1 if it was broken off.
  private func told(
    _ walk: ((Reconciliation.Counts) -> Void) throws(Refusal) -> Reconciliation.Counts
  ) throws(ExitCode) {
    do throws(Refusal) {
      let counts = try walk { counts in
        Terminal.error("… \(counts.asked) asked, \(counts.settled) settled")
      }
      if (every == nil && !due) || counts.hasWork { Terminal.error(counts.summary) }
    } catch {
      Terminal.error("dompet reconcile: broken off: \(error). The next pass goes on there.")
      throw ExitCode(1)
    }
  }
}

extension Reconcile {
  /// About how many top-ups a pass learned nothing, by what `noteEnd` wrote of it.
  static func unknown(in outcome: String) -> Int64 {
    let words = outcome.split(separator: " ")
    let place = words.firstIndex { $0.hasPrefix("unknown") } ?? 0
    return place > 0 ? Int64(words[place - 1]) ?? 0 : 0
  }
}

extension Reconciliation.Counts {
  fileprivate var hasWork: Bool { asked + checked + confirmed + denied > 0 }

  fileprivate var summary: String {
    var parts = ["asked about \(asked) top-ups: \(settled) settled, \(unknown) unknown"]
    if rebuilt > 0 { parts.append("\(rebuilt) were missing and are made anew") }
    parts.append("checked \(checked) credits: \(unpaid) not paid at Xendit, now in review")
    if confirmed + denied > 0 {
      parts.append("\(confirmed) large ones confirmed, \(denied) not, now in review")
    }
    return parts.joined(separator: "; ")
  }
}
