// A user's request for a top-up, from what its Idempotency-Key means to the invoice.

import Domain
import Ledger
import Service
import Storage

/// What a user asks for.
public struct TopUpRequest: Sendable {
  let userID: Identifier
  let amount: Money
  let key: IdempotencyKey?

  public init(userID: Identifier, amount: Money, key: IdempotencyKey?) {
    self.userID = userID
    self.amount = amount
    self.key = key
  }

  /// What it came to.
  public struct Outcome: Sendable {
    public let topUp: TopUp
    /// It is the result of an earlier request with the same key, as it is now.
    public let isReplay: Bool
  }
}

extension Invoicing {
  /// Makes a top-up and its invoice, or finds those that the same request made before.
  /// - Throws: `.idempotencyKeyReused`, `.requestInProgress`; `.providerRefused`, and the top-up is
  ///   FAILED; `.providerUnavailable`, and the same request goes on where this one ended.
  public func topUp(
    _ request: TopUpRequest, by deadline: Deadline
  ) throws(Refusal) -> TopUpRequest.Outcome {
    if let stored = try stored(request) { return try replay(stored) }
    try checkOpen()
    switch try begin(request) {
    case .stored(let topUp):
      return try replay(topUp)
    case .new(let topUp):
      return .init(topUp: try create(for: topUp, by: deadline), isReplay: false)
    case .unknown(let topUp):
      return .init(topUp: try resume(topUp, by: deadline), isReplay: false)
    }
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
  private func stored(_ request: TopUpRequest) throws(Refusal) -> TopUp? {
    guard let key = request.key else { return nil }
    let found = try service.database.read { db throws(Refusal) in
      try TopUps.find(key: key, ofUser: request.userID, in: db)
    }
    guard let found else { return nil }
    guard found.amount == request.amount else { throw .idempotencyKeyReused }
    return found.needsInvoice ? nil : found
  }

  /// Decides what the key means and leases the top-up to this request, in one transaction.
  private func begin(_ request: TopUpRequest) throws(Refusal) -> Beginning {
    let world = service.world
    return try service.database.write { db throws(Refusal) in
      let now = world.now()
      let lease = now.adding(seconds: Bounds.topUpLeaseSeconds)
      if let key = request.key,
        let earlier = try TopUps.find(key: key, ofUser: request.userID, in: db)
      {
        guard earlier.amount == request.amount else { throw .idempotencyKeyReused }
        guard earlier.needsInvoice else { return .stored(earlier) }
        guard try TopUps.lease(earlier.id, until: lease, at: now, in: db) else {
          throw .requestInProgress
        }
        return .unknown(earlier.leased(until: lease))
      }
      guard let wallet = try Wallets.find(ofUser: request.userID, in: db) else {
        throw .broken(evidence: "a user has no wallet")
      }
      let topUp = TopUp(
        id: .make(in: world), userID: request.userID, walletID: wallet.id,
        reference: .make(in: world), amount: request.amount, status: .pending, invoice: nil,
        leaseUntil: lease, createdAt: now)
      try TopUps.insert(topUp, key: request.key, in: db)
      return .new(topUp)
    }
  }

  /// The stored result as it is now. A definite refusal of the provider is a result too.
  private func replay(_ topUp: TopUp) throws(Refusal) -> TopUpRequest.Outcome {
    if topUp.status == .failed, topUp.invoice == nil { throw .providerRefused(replayed: true) }
    return .init(topUp: topUp, isReplay: true)
  }
}
