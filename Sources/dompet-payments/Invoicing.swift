// Asking Xendit for the invoice of a top-up, and what each of its answers does to the row.
//
// Xendit's invoices have no idempotency key. So whoever cannot know whether an invoice was made
// looks for one by the top-up's reference before making another.

import Domain
import Ledger
import Service
import Xendit
import XenditAPI

/// What every invoice has in common.
struct InvoiceTerms: Sendable {
  let durationSeconds: Int
  let successURL: String?
  let failureURL: String?
}

struct Invoicing: Sendable {
  private let service: Service
  private let xendit: XenditClient
  private let gate: Gate
  private let terms: InvoiceTerms

  init(_ service: Service, _ xendit: XenditClient, _ gate: Gate, _ terms: InvoiceTerms) {
    self.service = service
    self.xendit = xendit
    self.gate = gate
    self.terms = terms
  }

  /// Refuses at once while Xendit fails, or while too many wait for it: before anything is written.
  /// - Throws: `.providerUnavailable`.
  func checkOpen() throws(Refusal) {
    guard gate.isOpen(nowMilliseconds: Deadline.nowMilliseconds) else {
      throw .providerUnavailable(evidence: "the gate before Xendit is closed")
    }
  }

  /// Asks for the invoice of a top-up that nobody has asked for yet.
  /// - Returns: the top-up with its invoice.
  /// - Throws: `.providerRefused`, and it is FAILED; `.providerUnavailable`, and it stays open.
  func create(for topUp: TopUp, by deadline: Deadline) throws(Refusal) -> TopUp {
    try store(for: topUp) { () throws(XenditFailure) in
      try makeInvoice(for: topUp, by: deadline)
    }
  }

  /// Goes on where somebody was interrupted: adopts the invoice that was made, or makes one.
  func resume(_ topUp: TopUp, by deadline: Deadline) throws(Refusal) -> TopUp {
    try store(for: topUp) { () throws(XenditFailure) in
      let found = try lookUp(topUp, by: deadline)
      // What has been paid matters more than what can be paid.
      let made = found.first { $0.event.isPaid } ?? found.first { $0.isOpen } ?? found.first
      if let made { return made }
      guard topUp.status == .pending else {
        throw .unknown(evidence: "an invoice that has expired is not found")
      }
      return try makeInvoice(for: topUp, by: deadline)
    }
  }

  /// A look-up that is refused says nothing about the invoice.
  private func lookUp(
    _ topUp: TopUp, by deadline: Deadline
  ) throws(XenditFailure) -> [Invoice] {
    do throws(XenditFailure) {
      return try ask { () throws(XenditFailure) in
        try xendit.find(
          reference: topUp.reference, withinMilliseconds: deadline.remainingMilliseconds)
      }
    } catch {
      guard case .refused(let evidence) = error else { throw error }
      throw .unknown(evidence: evidence)
    }
  }

  private func makeInvoice(
    for topUp: TopUp, by deadline: Deadline
  ) throws(XenditFailure) -> Invoice {
    try ask { () throws(XenditFailure) in
      try xendit.create(
        request(for: topUp), withinMilliseconds: deadline.remainingMilliseconds)
    }
  }

  private func ask<T>(_ call: () throws(XenditFailure) -> T) throws(XenditFailure) -> T {
    try gate.call(nowMilliseconds: { Deadline.nowMilliseconds }, call)
  }

  /// Asks, and stores what came of it.
  private func store(
    for topUp: TopUp, asking: () throws(XenditFailure) -> Invoice
  ) throws(Refusal) -> TopUp {
    let invoice: Invoice
    do throws(XenditFailure) {
      invoice = try asking()
      guard invoice.amount == topUp.amount else {
        throw .unknown(evidence: "invoice \(invoice.id) has another amount")
      }
    } catch {
      throw try refusal(after: error, for: topUp)
    }
    return try adopt(invoice, for: topUp)
  }

  /// A definite refusal makes the top-up FAILED; all else leaves it open, for the next to resume.
  private func refusal(
    after failure: XenditFailure, for topUp: TopUp
  ) throws(Refusal) -> Refusal {
    let now = service.world.now()
    if case .refused(let evidence) = failure {
      service.log.warning("provider refused a top-up", evidence: evidence)
      try service.database.write { db throws(Refusal) in
        try TopUps.close(topUp.id, as: .failed, invoiceID: nil, at: now, in: db)
      }
      return .providerRefused(replayed: false)
    }
    if case .misconfigured(let evidence) = failure {
      service.log.error("provider refuses our key or address", evidence: evidence)
    }
    if let lease = topUp.leaseUntil {
      try service.database.write { db throws(Refusal) in
        try TopUps.release(topUp.id, leasedUntil: lease, in: db)
      }
    }
    return .providerUnavailable(evidence: "\(failure)")
  }

  /// Stores the invoice. One that is no longer open says what has happened meanwhile, and is
  /// settled as a webhook would be.
  private func adopt(_ invoice: Invoice, for topUp: TopUp) throws(Refusal) -> TopUp {
    let now = service.world.now()
    let link = InvoiceLink(id: invoice.id, url: invoice.url, expiresAt: invoice.expiresAt)
    let stored = try service.database.write { db throws(Refusal) in
      try TopUps.attach(link, to: topUp.id, at: now, in: db)
      if !invoice.isOpen { _ = try Settlement.settle(invoice.event, at: now, in: db) }
      return try TopUps.find(reference: topUp.reference, in: db)
    }
    guard let stored else { throw .broken(evidence: "a top-up vanished") }
    return stored
  }

  private func request(for topUp: TopUp) -> InvoiceRequest {
    InvoiceRequest(
      reference: topUp.reference, amount: topUp.amount,
      description: "Top-up \(topUp.reference.text)", payerEmail: nil,
      durationSeconds: terms.durationSeconds, successRedirectURL: terms.successURL,
      failureRedirectURL: terms.failureURL,
      metadata: InvoiceMetadata(
        wallet: topUp.walletID.text, user: topUp.userID.text, topUp: topUp.id.text))
  }
}
