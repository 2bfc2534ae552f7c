// dompet user disable and enable: whether a user may log in.

import ArgumentParser
import Domain
import Ledger
import Service

struct UserDisable: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "disable", abstract: "Lets a user in no longer, and ends all sessions.",
    discussion: """
      Nobody can send the user money then; what was paid at Xendit still arrives. A repetition \
      changes nothing and says so.
      """)

  @OptionGroup var chosen: Chosen
  @OptionGroup var act: Act

  func run() throws {
    let (decision, user, now) = (try act.decision(), chosen.user, World.real.now())
    let (person, isNew) = try Act.perform("dompet user disable", missing: chosen.missing) {
      db throws(Refusal) in
      let person = try People.existing(user, in: db)
      return (person, try People.disable(person.id, decision, at: now, in: db))
    }
    print("\(isNew ? "done" : "done before"): user \(person.username) is disabled")
  }
}

struct UserEnable: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "enable", abstract: "Lets a user in again.",
    discussion: "A repetition changes nothing and says so.")

  @OptionGroup var chosen: Chosen
  @OptionGroup var act: Act

  func run() throws {
    let (decision, user, now) = (try act.decision(), chosen.user, World.real.now())
    let (person, isNew) = try Act.perform("dompet user enable", missing: chosen.missing) {
      db throws(Refusal) in
      let person = try People.existing(user, in: db)
      return (person, try People.enable(person.id, decision, at: now, in: db))
    }
    print("\(isNew ? "done" : "done before"): user \(person.username) is enabled")
  }
}
