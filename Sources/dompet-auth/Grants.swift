// What login and refresh answer: an access token of the session, and the refresh token that it is
// gone on with.

import Crypto
import Domain
import FastCGI
import JSON
import Ledger
import Service

struct Grants: Sendable {
  private let world: World
  private let keys: JWTKeys
  private let accessLifetimeSeconds: Int64

  init(_ service: Service, _ keys: JWTKeys, _ accessLifetimeSeconds: Int64) {
    world = service.world
    self.keys = keys
    self.accessLifetimeSeconds = accessLifetimeSeconds
  }

  func answer(
    _ user: User, session: Identifier, _ refreshToken: RefreshToken, at now: Timestamp
  ) -> Response {
    let claims = AccessClaims(
      subject: user.id.text, username: user.username.text, role: user.role.rawValue,
      sessionID: session.text, issuedAt: now,
      expiresAt: now.adding(seconds: accessLifetimeSeconds),
      tokenID: Identifier.make(in: world).text)
    return .json(200) { answer in
      answer.member("accessToken", keys.sign(claims))
      answer.member("refreshToken", refreshToken.text)
      answer.member("tokenType", "Bearer")
      answer.member("expiresIn", accessLifetimeSeconds)
      answer.member("user", object: { $0.members(of: user) })
    }
  }
}
