// dompet user: what an operator does for people. Each command has a file of its own.

import ArgumentParser
import Domain
import Ledger
import Storage

struct UserCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "user", abstract: "Shows users, and does something for them.",
    subcommands: [
      UserList.self, UserShow.self, UserDisable.self, UserEnable.self, UserRole.self,
      UserPassword.self, UserReset.self, UserErase.self, UserImport.self,
    ])
}

/// Whom a command is about.
struct Chosen: ParsableArguments {
  @Argument(help: "The user's name, or their id.")
  var user: String

  /// What to say where there is no such user.
  var missing: String { "there is no user \(user.printable). Give a user name or an id." }
}

extension People {
  /// - Throws: `.notFound`.
  static func existing(_ nameOrID: String, in db: any Connection) throws(Refusal) -> Person {
    guard let person = try find(nameOrID: nameOrID, in: db) else { throw .notFound }
    return person
  }
}

extension Person {
  /// - Throws: `.conflict` if it is nobody's any more.
  func refusedIfErased() throws(Refusal) -> Person {
    guard erasedAt == nil else { throw .conflict(detail: "the user is erased.") }
    return self
  }
}
