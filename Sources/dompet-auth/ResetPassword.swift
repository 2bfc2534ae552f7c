// POST /api/v1/auth/password/reset {token, newPassword}: by who forgot it, with the one-time token
// that the operator's `dompet user reset` made.

import Domain
import FastCGI
import JSON
import Ledger
import Passwords
import Service
import Storage

struct ResetPassword: Sendable {
  private let service: Service
  private let passwords: Passwords

  init(_ service: Service, _ passwords: Passwords) {
    self.service = service
    self.passwords = passwords
  }

  /// 204, and all sessions have ended · 400, at `/token` if it is unknown, used or old · 503
  func answer(_ request: borrowing Request) throws(Refusal) -> Response {
    var form = try request.form()
    let (token, password) = try form.finish(
      form.string("token") { ResetToken($0) }, form.string("newPassword", Password.init))
    let user = try service.database.read { db throws(Refusal) in
      try find(token, at: service.world.now(), in: db)
    }
    try password.refuseIfGuessable(of: user.username, user.email, at: "/newPassword")
    let salt = service.world.randomBytes(Passwords.saltBytes)
    let hash = try passwords.hash(password.bytes, salt: salt)
    let now = service.world.now()
    try service.database.write { db throws(Refusal) in
      try db.serialize(on: [Turn.user(user.id)])
      let user = try find(token, at: now, in: db)
      _ = try Users.setPassword(of: user.id, from: nil, to: hash, at: now, in: db)
      try PasswordResets.endAll(of: user.id, at: now, in: db)
      try Sessions.endAll(of: user.id, at: now, in: db)
    }
    request.context.userID = user.id.text
    service.note(.passwordReset, request)
    return Response(status: 204)
  }
}

@Sendable
private func find(
  _ token: ResetToken, at now: Timestamp, in db: any Connection
) throws(Refusal) -> User {
  guard let user = try PasswordResets.user(of: token, at: now, in: db) else {
    throw .invalid([Fault(pointer: "/token", detail: "is unknown, used or too old")])
  }
  return user
}
