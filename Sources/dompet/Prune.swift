// dompet prune: removes what nobody needs any more, a little at a time.

import ArgumentParser
import Domain
import Ledger
import Service
import Storage

struct Prune: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Removes old sessions and tokens, and empties the bodies of old events.",
    discussion: """
      Sessions, and tokens for new passwords, that ended more than 90 days ago are removed. Of \
      Xendit's events that were decided more than 400 days ago the body is emptied; all else about \
      them stays, and the same event is still known when it comes again. The programs go on \
      meanwhile. It may be stopped at any moment.
      """)

  @OptionGroup var consent: Consent

  func run() throws {
    try consent.obtain("Old sessions, tokens and bodies of events are removed for ever.")
    let (database, now) = (Reading.open("dompet prune"), World.real.now())
    do throws(Refusal) {
      let sessions = try sweep(database) { last, db throws(Refusal) in
        try Pruning.sessions(after: last, at: now, in: db)
      }
      let tokens = try sweep(database) { last, db throws(Refusal) in
        try Pruning.passwordResets(after: last, at: now, in: db)
      }
      let bodies = try sweep(database) { last, db throws(Refusal) in
        try Pruning.bodies(after: last, at: now, in: db)
      }
      let outcome = "\(sessions) sessions, \(tokens) tokens, \(bodies) bodies of events"
      try database.write { db throws(Refusal) in
        try Maintenance.note(.prune, outcome, at: now, in: db)
      }
      print("removed \(outcome)")
    } catch {
      Terminal.error(
        "dompet prune: broken off: \(error). What is removed stays so; run it again for the rest.")
      throw ExitCode(1)
    }
  }

  /// Slice after slice, each in a transaction of its own.
  /// - Returns: how much was removed.
  private func sweep<Key: Sendable>(
    _ database: any Database,
    _ slice: @escaping @Sendable (Key?, any Connection) throws(Refusal) -> Pruning.Slice<Key>
  ) throws(Refusal) -> Int {
    var removed = 0
    var last: Key?
    repeat {
      let before = last
      let done = try database.write { db throws(Refusal) in try slice(before, db) }
      removed += done.removed
      last = done.next
    } while last != nil
    return removed
  }
}
