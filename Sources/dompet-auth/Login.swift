// POST /api/v1/auth/login {username, password}: a session, its access token and refresh token.

import Domain
import FastCGI
import JSON
import Ledger
import Passwords
import Service
import Storage

struct Login: Sendable {
  private let service: Service
  private let passwords: Passwords
  private let limit: GuessLimit
  private let grants: Grants
  private let lifetime: SessionLifetime

  init(
    _ service: Service, _ passwords: Passwords, _ limit: GuessLimit, _ grants: Grants,
    _ lifetime: SessionLifetime
  ) {
    self.service = service
    self.passwords = passwords
    self.limit = limit
    self.grants = grants
    self.lifetime = lifetime
  }

  /// 200 tokens and the user · 400 · 401 · 429 too many have failed · 503
  func answer(_ request: borrowing Request) throws(Refusal) -> Response {
    let (username, password) = try read(request)
    let address = request.parameter("REMOTE_ADDR")
    let proven = try prove(username, password, from: address, request)
    let agent = request.parameter("HTTP_USER_AGENT")?.unicodeScalars
      .prefix(Bounds.userAgentCharactersMax)
    let now = service.world.now()
    let session = Session(
      id: .make(in: service.world), userID: proven.user.id, userAgent: agent.map { String($0) },
      ipAddress: address, createdAt: now, lastUsedAt: now,
      expiresAt: lifetime.end(createdAt: now, lastUsedAt: now))
    let token = RefreshToken.make(in: service.world)
    let begun = try service.database.write { db throws(Refusal) in
      try Sessions.insert(session, token, verifiedBy: proven.passwordHash, in: db)
    }
    guard begun else {
      service.note(.loginFailed, request, userID: proven.user.id.text)
      throw refusal
    }
    request.context.userID = proven.user.id.text
    service.note(.loginSucceeded, request)
    return grants.answer(proven.user, session: session.id, token, at: now)
  }

  /// A name that nobody can have is an unknown user, not a mistake of form: both are answered
  /// alike.
  private func read(
    _ request: borrowing Request
  ) throws(Refusal) -> (username: Username?, password: [UInt8]) {
    var form = try request.form()
    let (username, password) = try form.finish(
      form.string("username") { $0 }, form.string("password") { Array($0.utf8) })
    return (try? Username(username), password)
  }

  /// Unknown user, wrong password and disabled user: the same answer after the same work, and the
  /// same limit.
  private func prove(
    _ username: Username?, _ password: [UInt8], from address: String?,
    _ request: borrowing Request
  ) throws(Refusal) -> Proven {
    let known = try service.database.read { db throws(Refusal) in
      try Known(username, in: db)
    }
    let network = Network(address ?? "")
    let attempt = Guesses.Attempt(
      account: username?.text ?? "", network: network,
      isFamiliar: known.addresses.contains { Network($0) == network })
    let verdict: Passwords.Verdict
    do throws(Refusal) {
      verdict = try limit.attempt(attempt) { () throws(Refusal) in
        try passwords.verify(
          password, hash: known.entrant?.passwordHash, bcryptCostMax: known.bcryptCostMax)
      }
    } catch {
      if case .tooManyRequests = error {
        service.note(.guessLimited, request, userID: known.userID)
      }
      throw error
    }
    guard let entrant = known.entrant, verdict != .wrong else {
      let isDisabled = known.entrant == nil && known.userID != nil
      service.note(
        isDisabled ? .accountDisabledUsed : .loginFailed, request, userID: known.userID)
      throw refusal
    }
    let proven = Proven(user: entrant.user, passwordHash: entrant.passwordHash)
    return verdict == .right ? proven : try rehash(proven, password)
  }

  /// Replaces a hash of an older kind, as imported users have, now that the password is known.
  private func rehash(_ old: Proven, _ password: [UInt8]) throws(Refusal) -> Proven {
    let salt = service.world.randomBytes(Passwords.saltBytes)
    let hash = try passwords.hash(password, salt: salt)
    try service.database.write { db throws(Refusal) in
      try Users.rehash(old.user.id, from: old.passwordHash, to: hash, in: db)
    }
    return Proven(user: old.user, passwordHash: hash)
  }

  private var refusal: Refusal { .unauthorized(detail: "The user name or password is wrong.") }
}

/// Who it is, and the hash that showed it.
private struct Proven: Sendable {
  let user: User
  let passwordHash: String
}

/// What is known before the password is looked at.
private struct Known {
  /// Whom the name is of, if there is such a user.
  let userID: String?
  /// Who may enter, if there is such a user.
  let entrant: Users.Credentials?
  /// From where the user has entered.
  let addresses: [String]
  let bcryptCostMax: Int?

  init(_ username: Username?, in db: any Connection) throws(Refusal) {
    var found: Users.Credentials?
    if let username { found = try Users.find(username: username, in: db) }
    userID = found?.user.id.text
    entrant = found.flatMap { $0.isActive ? $0 : nil }
    addresses = if let found { try Sessions.addresses(of: found.user.id, in: db) } else { [] }
    bcryptCostMax = try Users.bcryptCostMax(in: db)
  }
}
