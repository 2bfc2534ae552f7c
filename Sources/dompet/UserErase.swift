// dompet user erase: forgets who a user was. The money rows stay, and name an id that says nothing.

import ArgumentParser
import Domain
import Ledger
import Service

struct UserErase: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "erase", abstract: "Forgets who a user was; the ledger stays as it is.",
    discussion: """
      Replaces e-mail address, user name, name, password and role; removes addresses and user \
      agents of sessions; ends sessions and tokens; disables the user for ever. E-mail address and \
      user name are free for others then. A repetition, by the id, changes nothing and says so.
      """)

  @OptionGroup var chosen: Chosen
  @OptionGroup var act: Act
  @OptionGroup var consent: Consent

  func run() throws {
    let decision = try act.decision()
    let (person, wallet) = try Reading.perform(
      "dompet user erase", missing: chosen.missing
    ) { db throws(Refusal) in
      let person = try People.existing(chosen.user, in: db)
      return (person, try Wallets.find(ofUser: person.id, in: db))
    }
    let held = wallet.map { "wallet \($0.id) holds \($0.balance.whole) \(Money.currency)" } ?? ""
    if person.erasedAt == nil {
      try consent.obtain("User \(person.username) is erased for ever; \(held).")
    }
    let (id, now) = (person.id, World.real.now())
    let isNew = try Act.perform("dompet user erase", missing: chosen.missing) {
      db throws(Refusal) in
      try Erasure.erase(id, decision, at: now, in: db)
    }
    print("\(isNew ? "done" : "done before"): user \(id) is erased; \(held)")
    if isNew { Terminal.error(UserErase.untouched) }
  }

  private static let untouched = """
    Not touched, and perhaps naming the person:
      descriptions and idempotency keys that users wrote, and reasons that operators wrote
      bodies of Xendit's events, which may name a payer: dompet prune empties them after 400 days
      backups, print-outs, logs (the database's write-ahead log until it is written over), and \
    what Xendit itself keeps
    """
}
