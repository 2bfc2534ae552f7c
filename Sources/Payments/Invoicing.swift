// Asking Xendit for the invoice of a top-up, and what each of its answers does to the row.
//
// Xendit's invoices have no idempotency key. So whoever cannot know whether an invoice was made
// looks for one by the top-up's reference before making another.

import Domain
import Ledger
import Service
import Xendit
import XenditAPI

/// What is done at Xendit for a top-up, by the program that a user asks and by reconciliation.
public struct Invoicing: Sendable {
  let service: Service
  let xendit: XenditClient
  private let gate: Gate
  private let terms: InvoiceTerms

  /// - Parameter simultaneousMax: how many calls may wait for Xendit at once.
  public init(_ service: Service, _ provider: Provider, simultaneousMax: Int) {
    self.service = service
    xendit = provider.client
    terms = provider.terms
    gate = Gate(simultaneousMax: simultaneousMax)
  }

  /// Refuses at once while Xendit fails, or while too many wait for it: before anything is written.
  /// - Throws: `.providerUnavailable`.
  public func checkOpen() throws(Refusal) {
    guard gate.isOpen(nowMilliseconds: Deadline.nowMilliseconds) else {
      throw .providerUnavailable(evidence: "the gate before Xendit is closed")
    }
  }

  /// Asks for the invoice of a top-up that nobody has asked for yet.
  /// - Returns: the top-up with its invoice.
  /// - Throws: `.providerRefused`, and it is FAILED; `.providerUnavailable`, and it stays open.
  public func create(for topUp: TopUp, by deadline: Deadline) throws(Refusal) -> TopUp {
    let invoice: Invoice
    do throws(XenditFailure) {
      invoice = try makeInvoice(for: topUp, by: deadline)
    } catch {
      throw try refusal(after: error, for: topUp)
    }
    return try adopt([invoice], for: topUp)
  }

  /// Goes on where somebody was interrupted: adopts the invoice that was made, or makes one, and
  /// ends those that are one too many.
  public func resume(_ topUp: TopUp, by deadline: Deadline) throws(Refusal) -> TopUp {
    let found: [Invoice]
    do throws(XenditFailure) {
      found = try findOrMake(for: topUp, by: deadline)
    } catch .refused(let evidence) {
      // What is refused now says nothing about what was done before.
      throw try refusal(after: .unknown(evidence: evidence), for: topUp)
    } catch {
      throw try refusal(after: error, for: topUp)
    }
    return try settle(found, for: topUp, by: deadline)
  }

  /// Stores what was found, settles what has happened to it, and ends what is one too many.
  func settle(
    _ found: [Invoice], for topUp: TopUp, by deadline: Deadline
  ) throws(Refusal) -> TopUp {
    let stored = try adopt(found, for: topUp)
    let wanted = stored.status == .pending ? stored.invoice?.id : nil
    expire(found.filter { $0.isOpen && $0.id != wanted }, by: deadline)
    return stored
  }

  private func findOrMake(
    for topUp: TopUp, by deadline: Deadline
  ) throws(XenditFailure) -> [Invoice] {
    let found = try find(topUp, by: deadline)
    guard found.isEmpty else { return found }
    guard topUp.status == .pending else {
      throw .unknown(evidence: "an invoice that has expired is not found")
    }
    return [try makeInvoice(for: topUp, by: deadline)]
  }

  /// All invoices that bear the top-up's reference, as far as Xendit's look-up has come.
  func find(_ topUp: TopUp, by deadline: Deadline) throws(XenditFailure) -> [Invoice] {
    try ask { () throws(XenditFailure) in
      try xendit.find(
        reference: topUp.reference, withinMilliseconds: deadline.remainingMilliseconds)
    }
  }

  /// The invoice of this id.
  func get(_ invoiceID: String, by deadline: Deadline) throws(XenditFailure) -> Invoice {
    try ask { () throws(XenditFailure) in
      try xendit.get(id: invoiceID, withinMilliseconds: deadline.remainingMilliseconds)
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
    return .providerUnavailable(evidence: failure.evidence)
  }

  /// Stores the invoice to pay: over the right amount, and rather one that has been paid than one
  /// that is open, than one that has ended. Those that are no longer open say what has happened
  /// meanwhile: that is judged and kept as if a webhook had brought it.
  private func adopt(_ found: [Invoice], for topUp: TopUp) throws(Refusal) -> TopUp {
    let now = service.world.now()
    let right = found.filter { $0.amount == topUp.amount }
    let best = right.first { $0.event.isPaid } ?? right.first { $0.isOpen } ?? right.first
    let link = best.map { InvoiceLink(id: $0.id, url: $0.url, expiresAt: $0.expiresAt) }
    let reports = found.filter { !$0.isOpen }.map {
      ReceivedEvent(body: $0.source, webhookID: nil, event: $0.event)
    }
    if reports.isEmpty, topUp.invoice != nil { return topUp }
    let (stored, verdicts) = try service.database.write { db throws(Refusal) in
      if let link { try TopUps.attach(link, to: topUp.id, at: now, in: db) }
      var verdicts: [Verdict] = []
      for report in reports { verdicts.append(try Settlement.receive(report, at: now, in: db)) }
      return (try TopUps.find(reference: topUp.reference, in: db), verdicts)
    }
    for case .review(let oddity) in verdicts {
      service.log.warning("an invoice waits for review", evidence: oddity.rawValue)
    }
    guard let stored else { throw .broken(evidence: "a top-up vanished") }
    guard stored.invoice != nil else {
      let mistake = XenditFailure.unknown(evidence: "the invoice is over another amount")
      throw try refusal(after: mistake, for: topUp)
    }
    return stored
  }

  /// Ends invoices that nobody shall pay any more. One that stays open all the same, and is paid,
  /// comes before an operator.
  private func expire(_ surplus: [Invoice], by deadline: Deadline) {
    for invoice in surplus {
      do throws(XenditFailure) {
        _ = try ask { () throws(XenditFailure) in
          try xendit.expire(id: invoice.id, withinMilliseconds: deadline.remainingMilliseconds)
        }
      } catch {
        service.log.warning("a surplus invoice stays open", evidence: error.evidence)
      }
    }
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
