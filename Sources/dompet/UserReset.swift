// dompet user reset: lets a user who forgot the password set a new one.

import ArgumentParser
import Domain
import Ledger
import Service

struct UserReset: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reset", abstract: "Makes a one-time token for a new password, good for an hour.",
    discussion: """
      The token is printed and kept nowhere; hand it to the user over a way that is the user's \
      alone. It replaces the one before. The old password stays good until the token is used.
      """)

  @OptionGroup var chosen: Chosen
  @OptionGroup var act: Act

  func run() throws {
    let (decision, user) = (try act.decision(), chosen.user)
    let (token, now) = (ResetToken.make(in: .real), World.real.now())
    let name = try Act.perform("dompet user reset", missing: chosen.missing) {
      db throws(Refusal) in
      let id = try People.existing(user, in: db).id
      try db.serialize(on: [Turn.user(id)])
      let person = try People.existing(id.text, in: db).refusedIfErased()
      guard let found = try Users.find(nameOrID: person.id.text, in: db) else { throw .notFound }
      try PasswordResets.insert(token, for: found, decision, at: now, in: db)
      return found.user.username.text
    }
    let end = now.adding(seconds: ResetToken.lifetimeSeconds).rfc3339
    Terminal.error("The token of \(name) is good once, until \(end):")
    print(token.text)
  }
}
