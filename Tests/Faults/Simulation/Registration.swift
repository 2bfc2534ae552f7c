// The users of an episode, registered before anything goes wrong.

import Domain
import Ledger
import Schema
import Service
import Storage

extension Episode {
  func register() {
    let world = world(of: Pulse())
    do {
      books.users = try open().write { db throws(Refusal) in
        var users: [(user: Identifier, wallet: Identifier)] = []
        for number in 1...3 { users.append(try insertUser(number, world, in: db)) }
        return users
      }
    } catch {
      found("nobody can register: \(error)")
    }
  }

  /// The database by itself, without faults.
  func open() throws(StorageFailure) -> SQLiteDatabase {
    try SQLiteDatabase(path: path, migrations: Schema.migrations, mode: .service)
  }
}

private func insertUser(
  _ number: Int, _ world: World, in db: any Connection
) throws(Refusal) -> (user: Identifier, wallet: Identifier) {
  guard let email = try? Email("user\(number)@example.com"),
    let username = try? Username("user\(number)")
  else { throw .broken(evidence: "a name is no name") }
  let user = User(
    id: .make(in: world), email: email, username: username, name: nil, role: .user,
    createdAt: world.now())
  try Users.insert(user, passwordHash: "$argon2id$", in: db)
  let wallet = Wallet(
    id: .make(in: world), balance: .zero, createdAt: world.now(), updatedAt: world.now())
  try Wallets.insert(wallet, of: user.id, in: db)
  return (user.id, wallet.id)
}
