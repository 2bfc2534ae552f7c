// POST /api/v1/payments/wallet-top-ups {amount}, Idempotency-Key: a top-up and where to pay it.

import Domain
import FastCGI
import JSON
import Ledger
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
    let deadline = Deadline(milliseconds: Bounds.xenditMilliseconds)
    let caller = try bearer.caller(of: request)
    let wish = try read(request, of: caller)
    if let stored = try stored(wish) { return try replay(stored) }
    try invoicing.checkOpen()
    switch try begin(wish) {
    case .stored(let topUp): return try replay(topUp)
    case .new(let topUp): return show(try invoicing.create(for: topUp, by: deadline))
    case .unknown(let topUp): return show(try invoicing.resume(topUp, by: deadline))
    }
  }

  private struct Wish: Sendable {
    let userID: Identifier
    let amount: Money
    let key: IdempotencyKey?
  }

  private func read(
    _ request: borrowing Request, of caller: Caller
  ) throws(Refusal) -> Wish {
    var form = try request.form()
    let (amount, key) = try form.finish(
      form.number("amount") { number throws(Invalid) in try limits.check(Money(number)) },
      form.beside { () throws(Invalid) in try request.idempotencyKey() })
    return Wish(userID: caller.userID, amount: amount, key: key)
  }

  /// What an Idempotency-Key turned out to mean.
  private enum Beginning: Sendable {
    /// It is new, or there is none: the row is written, nobody has asked Xendit.
    case new(TopUp)
    /// It came before, and what Xendit did is not known.
    case unknown(TopUp)
    /// It came before, and its result stands.
    case stored(TopUp)
  }

  /// The result that stands already: found by reading only, so that a replay needs neither Xendit
  /// nor the writer.
  private func stored(_ wish: Wish) throws(Refusal) -> TopUp? {
    guard let key = wish.key else { return nil }
    let found = try service.database.read { db throws(Refusal) in
      try TopUps.find(key: key, ofUser: wish.userID, in: db)
    }
    guard let found else { return nil }
    guard found.amount == wish.amount else { throw .idempotencyKeyReused }
    return found.needsInvoice ? nil : found
  }

  /// Decides what the key means and leases the top-up to this request, in one transaction.
  private func begin(_ wish: Wish) throws(Refusal) -> Beginning {
    let world = service.world
    return try service.database.write { db throws(Refusal) in
      let now = world.now()
      let lease = now.adding(seconds: Bounds.topUpLeaseSeconds)
      if let key = wish.key, let earlier = try TopUps.find(key: key, ofUser: wish.userID, in: db) {
        guard earlier.amount == wish.amount else { throw .idempotencyKeyReused }
        guard earlier.needsInvoice else { return .stored(earlier) }
        guard try TopUps.lease(earlier.id, until: lease, at: now, in: db) else {
          throw .requestInProgress
        }
        return .unknown(earlier.leased(until: lease))
      }
      guard let wallet = try Wallets.find(ofUser: wish.userID, in: db) else {
        throw .broken(evidence: "a user has no wallet")
      }
      let topUp = TopUp(
        id: .make(in: world), userID: wish.userID, walletID: wallet.id,
        reference: .make(in: world), amount: wish.amount, status: .pending, invoice: nil,
        leaseUntil: lease)
      try TopUps.insert(topUp, key: wish.key, at: now, in: db)
      return .new(topUp)
    }
  }

  /// The stored result as it is now. A definite refusal of the provider is a result too.
  private func replay(_ topUp: TopUp) throws(Refusal) -> Response {
    if topUp.status == .failed, topUp.invoice == nil { throw .providerRefused(replayed: true) }
    var response = show(topUp)
    response.headers.append(("Idempotent-Replayed", "true"))
    return response
  }

  private func show(_ topUp: TopUp) -> Response {
    .json(201) { answer in
      answer.member("id", topUp.id.text)
      answer.member("reference", topUp.reference.text)
      answer.member("status", topUp.status.rawValue)
      answer.member("amount", topUp.amount.whole)
      answer.member("currency", Money.currency)
      answer.member("invoiceUrl", topUp.invoice?.url)
    }
  }
}
