// POST /api/v1/auth/register {email, username, password, name?}: a user and an empty wallet.

import Domain
import FastCGI
import JSON
import Ledger
import Passwords
import Service

struct Register: Sendable {
  private let service: Service
  private let passwords: Passwords

  init(_ service: Service, _ passwords: Passwords) {
    self.service = service
    self.passwords = passwords
  }

  /// 201 the user · 400 · 409 the e-mail address or the user name is taken · 503
  func answer(_ request: borrowing Request) throws(Refusal) -> Response {
    let wish = try read(request)
    try refuseTaken(wish)
    let salt = service.world.randomBytes(Passwords.saltBytes)
    let hash = try passwords.hash(wish.password.bytes, salt: salt)
    let user = try store(wish, passwordHash: hash)
    return .json(201) { $0.wholeMembers(of: user) }
  }

  private struct Wish: Sendable {
    let email: Email
    let username: Username
    let password: Password
    let name: PersonName?
  }

  private func read(_ request: borrowing Request) throws(Refusal) -> Wish {
    var form = try request.form()
    let (email, username, password, name) = try form.finish(
      form.string("email", Email.init),
      form.string("username", Username.init),
      form.string("password", Password.init),
      form.optionalString("name", PersonName.parse))
    try password.refuseIfGuessable(of: username, email, at: "/password")
    return Wish(email: email, username: username, password: password, name: name)
  }

  /// A taken name is refused before the costly hash. It is asked again when the row is written.
  private func refuseTaken(_ wish: Wish) throws(Refusal) {
    let isTaken = try service.database.read { db throws(Refusal) in
      try Users.isTaken(email: wish.email, username: wish.username, in: db)
    }
    if isTaken { throw .conflict(detail: Users.taken) }
  }

  /// User and wallet, both or neither.
  private func store(_ wish: Wish, passwordHash: String) throws(Refusal) -> User {
    let now = service.world.now()
    let user = User(
      id: .make(in: service.world), email: wish.email, username: wish.username,
      name: wish.name, role: .user, createdAt: now)
    let wallet = Wallet(
      id: .make(in: service.world), balance: .zero, createdAt: now, updatedAt: now)
    try service.database.write { db throws(Refusal) in
      try Users.insert(user, passwordHash: passwordHash, in: db)
      try Wallets.insert(wallet, of: user.id, in: db)
    }
    return user
  }
}

extension JSONWriter {
  /// A user as register and the profile show it.
  mutating func wholeMembers(of user: User) {
    members(of: user)
    member("createdAt", user.createdAt.rfc3339)
  }

  /// A user as login shows it.
  mutating func members(of user: User) {
    member("id", user.id.text)
    member("email", user.email.text)
    member("username", user.username.text)
    member("name", user.name?.text)
    member("role", user.role.rawValue)
  }
}

extension Password {
  /// - Throws: `.invalid` with a fault at `pointer`.
  func refuseIfGuessable(
    of username: Username, _ email: Email, at pointer: String
  ) throws(Refusal) {
    guard isGuessable(of: username, email) else { return }
    let detail = "must contain neither the user name nor the e-mail address's first part"
    throw .invalid([Fault(pointer: pointer, detail: detail)])
  }
}
