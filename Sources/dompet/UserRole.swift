// dompet user role: what a user may do beyond the own wallet.

import ArgumentParser
import Domain
import Ledger
import Service

struct UserRole: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "role", abstract: "Gives a user another role.",
    discussion: """
      All sessions end, since their tokens name the old role. A repetition changes nothing and \
      says so.
      """)

  @OptionGroup var chosen: Chosen

  @Argument(help: "USER or ADMIN.")
  var role: Role

  @OptionGroup var act: Act

  func run() throws {
    let (decision, user, role) = (try act.decision(), chosen.user, role)
    let now = World.real.now()
    let (person, isNew) = try Act.perform("dompet user role", missing: chosen.missing) {
      db throws(Refusal) in
      let person = try People.existing(user, in: db)
      return (person, try People.setRole(of: person.id, to: role, decision, at: now, in: db))
    }
    print(
      "\(isNew ? "done" : "done before"): user \(person.username) has the role \(role.rawValue)")
  }
}
