// POST /api/v1/auth/login {username, password}: a session, its access token and refresh token.

import Crypto
import Domain
import FastCGI
import JSON
import Ledger
import Passwords
import Service

struct Login: Sendable {
  private let service: Service
  private let passwords: Passwords
  private let keys: JWTKeys
  private let accessLifetimeSeconds: Int64

  init(_ service: Service, _ passwords: Passwords, _ keys: JWTKeys, _ seconds: Int64) {
    self.service = service
    self.passwords = passwords
    self.keys = keys
    accessLifetimeSeconds = seconds
  }

  /// 200 tokens and the user · 400 · 401 · 503
  func answer(_ request: borrowing Request) throws(Refusal) -> Response {
    let (username, password) = try read(request)
    let proven = try prove(username, password)
    let refreshToken = Base64URL.encode(service.world.randomBytes(32))
    let session = try begin(proven, refreshToken, request)
    let accessToken = keys.sign(claims(of: proven.user, in: session))
    return .json(200) { answer in
      answer.member("accessToken", accessToken)
      answer.member("refreshToken", refreshToken)
      answer.member("tokenType", "Bearer")
      answer.member("expiresIn", accessLifetimeSeconds)
      answer.member("user", object: { $0.members(of: proven.user) })
    }
  }

  /// Who it is, and the hash that showed it.
  private typealias Proven = (user: User, passwordHash: String)

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

  /// Unknown user, wrong password and disabled user: the same answer after the same work.
  private func prove(
    _ username: Username?, _ password: [UInt8]
  ) throws(Refusal) -> Proven {
    var found: Users.Credentials?
    if let username {
      found = try service.database.read { db throws(Refusal) in
        try Users.find(username: username, in: db)
      }
    }
    guard let found, found.isActive else {
      try passwords.verifyAgainstNobody(password)
      throw refusal
    }
    switch try passwords.verify(password, hash: found.passwordHash) {
    case .wrong: throw refusal
    case .right: return (found.user, found.passwordHash)
    case .rightButOutdated: return try rehash(found, password)
    }
  }

  /// Replaces a hash of an older kind, as imported users have, now that the password is known.
  private func rehash(
    _ old: Users.Credentials, _ password: [UInt8]
  ) throws(Refusal) -> Proven {
    let salt = service.world.randomBytes(Passwords.saltBytes)
    let hash = try passwords.hash(password, salt: salt)
    try service.database.write { db throws(Refusal) in
      try Users.rehash(old.user.id, from: old.passwordHash, to: hash, in: db)
    }
    return (old.user, hash)
  }

  private func begin(
    _ proven: Proven, _ refreshToken: String, _ request: borrowing Request
  ) throws(Refusal) -> Session {
    let agent = request.parameter("HTTP_USER_AGENT")?.unicodeScalars
      .prefix(Bounds.userAgentCharactersMax)
    let session = Session(
      id: .make(in: service.world), userID: proven.user.id,
      refreshDigest: SHA256.hash(Array(refreshToken.utf8)),
      userAgent: agent.map { String($0) }, ipAddress: request.parameter("REMOTE_ADDR"),
      createdAt: service.world.now())
    let begun = try service.database.write { db throws(Refusal) in
      try Sessions.insert(session, verifiedBy: proven.passwordHash, in: db)
    }
    guard begun else { throw refusal }
    return session
  }

  private func claims(of user: User, in session: Session) -> AccessClaims {
    AccessClaims(
      subject: user.id.text, username: user.username.text, role: user.role.rawValue,
      sessionID: session.id.text, issuedAt: session.createdAt,
      expiresAt: session.createdAt.adding(seconds: accessLifetimeSeconds),
      tokenID: Identifier.make(in: service.world).text)
  }

  private var refusal: Refusal { .unauthorized(detail: "The user name or password is wrong.") }
}
