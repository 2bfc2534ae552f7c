// POST /api/v1/payments/wallet-top-ups/{id}/cancel: the caller does not want it any more.

import Domain
import FastCGI
import Ledger
import Payments
import Service

struct CancelTopUp: Sendable {
  private let service: Service
  private let bearer: Bearer
  private let invoicing: Invoicing

  init(_ service: Service, _ bearer: Bearer, _ invoicing: Invoicing) {
    self.service = service
    self.bearer = bearer
    self.invoicing = invoicing
  }

  /// 200 the top-up, EXPIRED · 401 · 404 · 409 not open · 503 unknown
  func answer(_ request: borrowing Request, id: String) throws(Refusal) -> Response {
    let deadline = Deadline(milliseconds: Bounds.xenditMilliseconds, in: service.world)
    let found = try bearer.read(request) { caller, db throws(Refusal) in
      try TopUps.find(id: id, ofUser: caller.userID, in: db)
    }
    guard let found else { throw .notFound }
    try request.expectNoBody()
    let topUp = try invoicing.cancel(found, by: deadline)
    return .json(200) { $0.members(of: topUp, whole: true) }
  }
}
