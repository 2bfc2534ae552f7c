// GET and PATCH /api/v1/users/me: the caller; of all that is known, the name alone may be changed.

import Domain
import FastCGI
import JSON
import Ledger
import Service

struct MyProfile: Sendable {
  private let service: Service
  private let bearer: Bearer

  init(_ service: Service, _ bearer: Bearer) {
    self.service = service
    self.bearer = bearer
  }

  /// 200 the user · 401 · 503
  func show(_ request: borrowing Request) throws(Refusal) -> Response {
    let user = try bearer.read(request) { caller, db throws(Refusal) in
      try Users.find(nameOrID: caller.userID.text, in: db)?.user
    }
    guard let user else { throw .broken(evidence: "a bearer has no user") }
    return answer(user)
  }

  /// 200 the user · 400 · 401 · 503
  func rename(_ request: borrowing Request) throws(Refusal) -> Response {
    let caller = try bearer.caller(of: request)
    var form = try request.form()
    let name = try form.finish(form.nullableString("name", PersonName.parse))
    let now = service.world.now()
    let user = try service.database.write { db throws(Refusal) in
      try Users.setName(of: caller.userID, to: name, at: now, in: db)
    }
    guard let user else { throw .broken(evidence: "a bearer has no user") }
    return answer(user)
  }

  private func answer(_ user: User) -> Response {
    .json(200) { $0.wholeMembers(of: user) }
  }
}
