// GET /api/v1/auth/sessions ?limit=&cursor=, and DELETE …/{id}: where the caller is logged in.

import Domain
import FastCGI
import JSON
import Ledger
import Service

struct MySessions: Sendable {
  private let service: Service
  private let bearer: Bearer

  init(_ service: Service, _ bearer: Bearer) {
    self.service = service
    self.bearer = bearer
  }

  /// 200 {items, nextCursor}, newest first, those that live · 400 · 401 · 503
  func list(_ request: borrowing Request) throws(Refusal) -> Response {
    let now = service.world.now()
    let (caller, page) = try bearer.read(request) { caller, db throws(Refusal) in
      var query = try request.query()
      let (limit, cursor) = try query.finish(query.limit(), query.cursor())
      let page = try Sessions.list(
        of: caller.userID, before: cursor, limit: limit, at: now, in: db)
      return (caller, page)
    }
    return .json(200) { answer in
      answer.member(
        "items",
        array: { items in
          for session in page.items {
            items.element(object: { $0.members(of: session, current: caller.sessionID) })
          }
        })
      answer.member("nextCursor", page.hasMore ? page.items.last?.id.text : nil)
    }
  }

  /// 204 · 401 · 404 there is none, it has ended, or it is somebody else's · 503
  func end(_ request: borrowing Request, id: String) throws(Refusal) -> Response {
    let caller = try bearer.caller(of: request)
    try request.expectNoBody()
    let now = service.world.now()
    let hasEnded = try service.database.write { db throws(Refusal) in
      try Sessions.end(id: id, of: caller.userID, at: now, in: db)
    }
    guard hasEnded else { throw .notFound }
    return Response(status: 204)
  }
}

extension JSONWriter {
  fileprivate mutating func members(of session: Session, current: Identifier) {
    member("id", session.id.text)
    member("createdAt", session.createdAt.rfc3339)
    member("lastUsedAt", session.lastUsedAt.rfc3339)
    member("expiresAt", session.expiresAt.rfc3339)
    member("userAgent", session.userAgent)
    member("ipAddress", session.ipAddress)
    member("current", session.id == current)
  }
}
