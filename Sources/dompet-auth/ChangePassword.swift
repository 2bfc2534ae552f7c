// PUT /api/v1/auth/password {currentPassword, newPassword}: by who knows the current one.

import Domain
import FastCGI
import JSON
import Ledger
import Passwords
import Service
import Storage

struct ChangePassword: Sendable {
  private let service: Service
  private let bearer: Bearer
  private let passwords: Passwords
  private let limit: GuessLimit

  init(_ service: Service, _ bearer: Bearer, _ passwords: Passwords, _ limit: GuessLimit) {
    self.service = service
    self.bearer = bearer
    self.passwords = passwords
    self.limit = limit
  }

  /// 204, and every session but the caller's has ended · 400 · 401 · 403 the current password is
  /// wrong · 429 it was so too often · 503
  func answer(_ request: borrowing Request) throws(Refusal) -> Response {
    let wish = try bearer.read(request) { caller, db throws(Refusal) in
      try read(request, caller, in: db)
    }
    try prove(wish, request)
    let salt = service.world.randomBytes(Passwords.saltBytes)
    let hash = try passwords.hash(wish.new.bytes, salt: salt)
    try store(wish, hash: hash)
    service.note(.passwordChanged, request)
    return Response(status: 204)
  }

  private struct Wish: Sendable {
    let caller: Caller
    let known: Users.Credentials
    let current: [UInt8]
    let new: Password
  }

  private func read(
    _ request: borrowing Request, _ caller: Caller, in db: any Connection
  ) throws(Refusal) -> Wish {
    var form = try request.form()
    let (current, new) = try form.finish(
      form.string("currentPassword") { Array($0.utf8) },
      form.string("newPassword", Password.init))
    guard let known = try Users.find(nameOrID: caller.userID.text, in: db) else {
      throw .broken(evidence: "a bearer has no user")
    }
    try new.refuseIfGuessable(
      of: known.user.username, known.user.email, at: "/newPassword")
    return Wish(caller: caller, known: known, current: current, new: new)
  }

  /// Who has somebody's access token must not find out the password with it. The limit is on the
  /// session, wherever it is used from, so that it keeps nobody from logging in.
  private func prove(_ wish: Wish, _ request: borrowing Request) throws(Refusal) {
    let session = wish.caller.sessionID.text
    let attempt = Guesses.Attempt(account: session, network: Network(session), isFamiliar: true)
    let verdict: Passwords.Verdict
    do throws(Refusal) {
      verdict = try limit.attempt(attempt) { () throws(Refusal) in
        try passwords.verify(wish.current, hash: wish.known.passwordHash)
      }
    } catch {
      if case .tooManyRequests = error { service.note(.guessLimited, request) }
      throw error
    }
    if verdict == .wrong {
      service.note(.passwordChangeRefused, request)
      throw refusal
    }
  }

  private func store(_ wish: Wish, hash: String) throws(Refusal) {
    let now = service.world.now()
    let (caller, old) = (wish.caller, wish.known.passwordHash)
    try service.database.write { [refusal] db throws(Refusal) in
      try db.serialize(on: [Turn.user(caller.userID)])
      guard try Sessions.isAlive(caller.sessionID, of: caller.userID, at: now, in: db) else {
        throw .unauthorized(detail: "The session has ended.")
      }
      guard try Users.setPassword(of: caller.userID, from: old, to: hash, at: now, in: db) else {
        throw refusal
      }
      try Sessions.endAll(of: caller.userID, but: caller.sessionID, at: now, in: db)
      try PasswordResets.endAll(of: caller.userID, at: now, in: db)
    }
  }

  private var refusal: Refusal { .forbidden(detail: "The current password is wrong.") }
}
