// POST /api/v1/payments/wallet-top-ups {amount}, Idempotency-Key: a top-up and where to pay it.

import Domain
import FastCGI
import JSON
import Payments
import Service

struct CreateTopUp: Sendable {
  private let service: Service
  private let bearer: Bearer
  private let invoicing: Invoicing
  private let limits: TopUpLimits

  init(_ service: Service, _ bearer: Bearer, _ invoicing: Invoicing, _ limits: TopUpLimits) {
    self.service = service
    self.bearer = bearer
    self.invoicing = invoicing
    self.limits = limits
  }

  /// 201 the top-up · 400 · 401 · 409 running · 422 key reused · 502 refused · 503 unknown, busy
  func answer(_ request: borrowing Request) throws(Refusal) -> Response {
    let deadline = Deadline(milliseconds: Bounds.xenditMilliseconds, in: service.world)
    let caller = try bearer.caller(of: request)
    let outcome = try invoicing.topUp(try read(request, of: caller), by: deadline)
    var response = Response.json(201) { $0.members(of: outcome.topUp, whole: false) }
    if outcome.isReplay { response.headers.append(("Idempotent-Replayed", "true")) }
    return response
  }

  private func read(
    _ request: borrowing Request, of caller: Caller
  ) throws(Refusal) -> TopUpRequest {
    var form = try request.form()
    let (amount, key) = try form.finish(
      form.number("amount") { number throws(Invalid) in try limits.check(Money(number)) },
      form.beside { () throws(Invalid) in try request.idempotencyKey() })
    return TopUpRequest(userID: caller.userID, amount: amount, key: key)
  }
}
