// GET /api/v1/payments/wallet-top-ups ?status=&limit=&cursor=, and …/{id}: the caller's top-ups.

import Domain
import FastCGI
import JSON
import Ledger
import Payments
import Service

struct ShowTopUps: Sendable {
  private let bearer: Bearer
  private let invoicing: Invoicing

  init(_ bearer: Bearer, _ invoicing: Invoicing) {
    self.bearer = bearer
    self.invoicing = invoicing
  }

  /// 200 {items, nextCursor}, newest first · 400 · 401 · 503
  func list(_ request: borrowing Request) throws(Refusal) -> Response {
    let page = try bearer.read(request) { caller, db throws(Refusal) in
      let (status, limit, cursor) = try read(request)
      return try TopUps.list(
        ofUser: caller.userID, status: status, before: cursor, limit: limit, in: db)
    }
    return .json(200) { answer in
      answer.member(
        "items",
        array: { items in
          for topUp in page.items { items.element(object: { $0.members(of: topUp, whole: true) }) }
        })
      answer.member("nextCursor", page.hasMore ? page.items.last?.id.text : nil)
    }
  }

  /// 200 the top-up; one that is open may be asked about at Xendit first · 401 · 404 · 503
  func one(_ request: borrowing Request, id: String) throws(Refusal) -> Response {
    let found = try bearer.read(request) { caller, db throws(Refusal) in
      try TopUps.find(id: id, ofUser: caller.userID, in: db)
    }
    guard let found else { throw .notFound }
    let topUp = try invoicing.heal(found)
    return .json(200) { $0.members(of: topUp, whole: true) }
  }

  private func read(
    _ request: borrowing Request
  ) throws(Refusal) -> (TopUp.Status?, Int, Identifier?) {
    var query = try request.query()
    let status = query.optionalString("status") { text throws(Invalid) -> TopUp.Status? in
      guard let status = TopUp.Status(rawValue: text) else {
        throw Invalid("must be PENDING, PAID, EXPIRED or FAILED")
      }
      return status
    }
    let limit = query.limit()
    let cursor = query.optionalString("cursor") { text throws(Invalid) -> Identifier? in
      guard let id = Identifier(text) else { throw Invalid("must be the nextCursor of a page") }
      return id
    }
    return try query.finish(status, limit, cursor)
  }
}

extension JSONWriter {
  /// A top-up as the API shows it.
  /// - Parameter whole: with its times, which the answer to its making leaves out.
  mutating func members(of topUp: TopUp, whole: Bool) {
    member("id", topUp.id.text)
    member("reference", topUp.reference.text)
    member("status", topUp.status.rawValue)
    member("amount", topUp.amount.whole)
    member("currency", Money.currency)
    member("invoiceUrl", topUp.invoice?.url)
    guard whole else { return }
    member("paidAt", topUp.paidAt?.rfc3339)
    member("expiresAt", topUp.invoice?.expiresAt?.rfc3339)
    member("createdAt", topUp.createdAt.rfc3339)
  }
}
