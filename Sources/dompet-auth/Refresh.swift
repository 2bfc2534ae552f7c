// POST /api/v1/auth/refresh and /logout {refreshToken}: a session goes on, or ends. Both need no
// access token, which may have run out.

import Domain
import FastCGI
import JSON
import Ledger
import Service

struct Refresh: Sendable {
  private let service: Service
  private let grants: Grants
  private let lifetime: SessionLifetime

  init(_ service: Service, _ grants: Grants, _ lifetime: SessionLifetime) {
    self.service = service
    self.grants = grants
    self.lifetime = lifetime
  }

  /// 200 new tokens and the user · 400 · 401 · 503. There is no limit on wrong tokens: nobody
  /// guesses 256 bits.
  func answer(_ request: borrowing Request) throws(Refusal) -> Response {
    guard let token = try request.refreshToken() else { throw refusal }
    let successor = token.successor(in: service.world)
    let now = service.world.now()
    let (grant, deceived) = try service.database.write { [lifetime] db throws(Refusal) in
      var deceived: Identifier?
      let grant = try Refreshes.rotate(
        token, to: successor, lifetime: lifetime, at: now, in: db, ifReused: { deceived = $0 })
      return (grant, deceived)
    }
    if let deceived { service.note(.refreshReuse, request, userID: deceived.text) }
    guard let grant else { throw refusal }
    request.context.userID = grant.user.id.text
    return grants.answer(grant.user, session: grant.sessionID, successor, at: now)
  }

  private var refusal: Refusal {
    .unauthorized(detail: "The refresh token is not valid, or no longer.")
  }
}

struct Logout: Sendable {
  private let service: Service

  init(_ service: Service) {
    self.service = service
  }

  /// 204, also if there was nothing to end · 400 · 503
  func answer(_ request: borrowing Request) throws(Refusal) -> Response {
    if let token = try request.refreshToken() {
      let now = service.world.now()
      try service.database.write { db throws(Refusal) in
        try Refreshes.end(of: token, at: now, in: db)
      }
    }
    return Response(status: 204)
  }
}

extension Request {
  /// The body's one member; nil if no token is of that form.
  fileprivate func refreshToken() throws(Refusal) -> RefreshToken? {
    var form = try form()
    return RefreshToken(try form.finish(form.string("refreshToken") { $0 }))
  }
}
