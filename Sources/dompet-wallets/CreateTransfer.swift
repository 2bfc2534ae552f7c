// POST /api/v1/wallets/transfers {to, amount, description?}, Idempotency-Key: money from the caller
// to another user.

import Domain
import FastCGI
import JSON
import Ledger
import Service

struct CreateTransfer: Sendable {
  private let service: Service
  private let bearer: Bearer
  private let limits: TransferLimits

  init(_ service: Service, _ bearer: Bearer, _ limits: TransferLimits) {
    self.service = service
    self.bearer = bearer
    self.limits = limits
  }

  /// 201 the transfer · 400 · 401 · 422 not enough money, refused, or key reused · 503
  func answer(_ request: borrowing Request) throws(Refusal) -> Response {
    let caller = try bearer.caller(of: request)
    let order = try read(request, of: caller)
    let outcome = try service.database.write { [service, limits] db throws(Refusal) in
      try Transfers.make(
        order, reference: .make(in: service.world), limits: limits, at: service.world.now(), in: db)
    }
    var response = Response.json(201) { $0.members(of: outcome.transaction, order) }
    if outcome.isReplay { response.headers.append(("Idempotent-Replayed", "true")) }
    return response
  }

  private func read(
    _ request: borrowing Request, of caller: Caller
  ) throws(Refusal) -> TransferOrder {
    var form = try request.form()
    let (to, amount, text, key) = try form.finish(
      form.string("to") { raw throws(Invalid) in try Username(raw) },
      form.number("amount") { number throws(Invalid) -> Money in
        let amount = try Money(number)
        guard amount > .zero else { throw Invalid("must be at least 1") }
        return amount
      },
      form.optionalString("description", TransferText.parse),
      form.beside { () throws(Invalid) -> IdempotencyKey in
        guard let key = try request.idempotencyKey() else {
          throw Invalid("Idempotency-Key is required")
        }
        return key
      })
    return TransferOrder(from: caller.userID, to: to, amount: amount, text: text, key: key)
  }
}

extension JSONWriter {
  /// A transfer as its sender sees it; the id is the one that their history shows.
  fileprivate mutating func members(of transaction: Transaction, _ order: TransferOrder) {
    member("id", transaction.id.text)
    member("reference", transaction.posting.reference)
    member("amount", order.amount.decimal)
    member("currency", Money.currency)
    member("to", order.to.text)
    member("balanceAfter", transaction.balanceAfter.decimal)
    member("createdAt", transaction.createdAt.rfc3339)
  }
}
