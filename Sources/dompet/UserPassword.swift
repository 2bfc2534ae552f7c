// dompet user password: sets a user's password. It is typed, or comes on standard input; never on
// the command line, which everybody on the machine can read.

import ArgumentParser
import Domain
import Ledger
import Passwords
import Service

struct UserPassword: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "password", abstract: "Sets a user's password, and ends all sessions.",
    discussion: """
      It is asked for twice, and not shown. Where standard input is no terminal, it is what stands \
      there, without the line's end. Better let the user choose: dompet user reset.
      """)

  @OptionGroup var chosen: Chosen
  @OptionGroup var act: Act

  func run() throws {
    let (decision, user) = (try act.decision(), chosen.user)
    let person = try Reading.perform(
      "dompet user password", missing: chosen.missing
    ) { db throws(Refusal) in
      let person = try People.existing(user, in: db).refusedIfErased()
      guard person.isActive else { throw .conflict(detail: "the user is disabled.") }
      return person
    }
    let password = try accepted(Keyboard.newSecret("New password of \(person.username)"), person)
    let (hash, now) = (try hashed(password), World.real.now())
    try Act.perform("dompet user password", missing: chosen.missing) { db throws(Refusal) in
      try db.serialize(on: [Turn.user(person.id)])
      let person = try People.existing(person.id.text, in: db).refusedIfErased()
      try People.setPassword(of: person.id, to: hash, decision, at: now, in: db)
    }
    print("done: user \(person.username) has a new password")
  }

  /// The rules are those of every new password.
  private func accepted(_ text: String, _ person: Person) throws -> Password {
    do throws(Invalid) {
      let password = try Password(text)
      if let username = try? Username(person.username), let email = try? Email(person.email),
        password.isGuessable(of: username, email)
      {
        throw Invalid("must contain neither the user name nor the e-mail address's first part")
      }
      return password
    } catch {
      throw refusal("the password \(error.detail).")
    }
  }

  private func hashed(_ password: Password) throws -> String {
    let salt = World.real.randomBytes(Passwords.saltBytes)
    do throws(Refusal) {
      return try Passwords(simultaneousMax: 1, waitingMax: 1).hash(password.bytes, salt: salt)
    } catch {
      throw refusal("the password cannot be hashed: \(error).")
    }
  }

  private func refusal(_ reason: String) -> ExitCode {
    Terminal.error("dompet user password: nothing was changed: \(reason)")
    return ExitCode(1)
  }
}
