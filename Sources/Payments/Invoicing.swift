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
  let gate: Gate
  private let terms: InvoiceTerms

  /// - Parameter simultaneousMax: how many calls may wait for Xendit at once.
  public init(_ service: Service, _ provider: Provider, simultaneousMax: Int) {
    self.service = service
    xendit = provider.client
    terms = provider.terms
    gate = Gate(simultaneousMax: simultaneousMax, in: service.world)
  }

  /// Refuses at once while Xendit fails, or while too many wait for it: before anything is written.
  /// - Throws: `.providerUnavailable`.
  public func checkOpen() throws(Refusal) {
    if let objection = gate.objection {
      throw .providerUnavailable(
        evidence: objection.evidence, retryAfterSeconds: objection.retryAfterSeconds)
    }
  }

  /// How long an invoice can be paid.
  var durationSeconds: Int64 { Int64(terms.durationSeconds) }

  /// Until Xendit may be asked; nil if it may.
  var closedMilliseconds: Int64? { gate.objection?.milliseconds }

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
    return try payable(adopt([invoice], for: topUp))
  }

  /// Goes on where somebody was interrupted: adopts the invoice that was made, or makes one, and
  /// ends those that are one too many.
  public func resume(_ topUp: TopUp, by deadline: Deadline) throws(Refusal) -> TopUp {
    try payable(goOn(with: topUp, by: deadline))
  }

  /// The same; the top-up may still have no invoice: Xendit's is over another amount.
  func goOn(with topUp: TopUp, by deadline: Deadline) throws(Refusal) -> TopUp {
    let found: [Invoice]
    do throws(XenditFailure) {
      found = try findOrMake(for: topUp, by: deadline)
    } catch .refused(let evidence) {
      // What is refused now says nothing about what was done before.
      throw try refusal(after: .unknown(evidence: evidence), for: topUp)
    } catch {
      throw try refusal(after: error, for: topUp)
    }
    return try settle(found, for: topUp, by: deadline).topUp
  }

  /// Stores what was found, settles what has happened to it, and ends what is one too many.
  /// - Returns: the top-up as it is now, and whether nothing too many is left open.
  func settle(
    _ found: [Invoice], for topUp: TopUp, by deadline: Deadline
  ) throws(Refusal) -> (topUp: TopUp, isTidy: Bool) {
    let stored = try adopt(found, for: topUp)
    let wanted = stored.status == .pending ? stored.invoice?.id : nil
    let isTidy = expire(found.filter { $0.isOpen && $0.id != wanted }, by: deadline)
    return (stored, isTidy)
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

  func ask<T>(_ call: () throws(XenditFailure) -> T) throws(XenditFailure) -> T {
    try gate.call(call)
  }

  /// A definite refusal makes the top-up FAILED; all else leaves it open, for the next to resume.
  func refusal(
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
    try release(topUp)
    return .providerUnavailable(
      evidence: failure.evidence, retryAfterSeconds: gate.objection?.retryAfterSeconds)
  }

  /// Takes the lease of a top-up whose invoice is not known.
  /// - Throws: `.requestInProgress` if somebody else has it.
  func lease(_ topUp: TopUp) throws(Refusal) -> TopUp {
    let now = service.world.now()
    let end = now.adding(seconds: Bounds.topUpLeaseSeconds)
    let isTaken = try service.database.write { db throws(Refusal) in
      try TopUps.lease(topUp.id, until: end, at: now, in: db)
    }
    guard isTaken else { throw .requestInProgress }
    return topUp.leased(until: end)
  }

  /// Gives the lease back, so that whoever comes next may ask.
  func release(_ topUp: TopUp) throws(Refusal) {
    guard let lease = topUp.leaseUntil else { return }
    try service.database.write { db throws(Refusal) in
      try TopUps.release(topUp.id, leasedUntil: lease, in: db)
    }
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
      try db.serialize(on: [Turn.topUp(topUp.reference)])
      if let link { try TopUps.attach(link, to: topUp.id, at: now, in: db) }
      var verdicts: [Verdict] = []
      for report in reports { verdicts.append(try Settlement.receive(report, at: now, in: db)) }
      // Xendit itself has said so: it need not be asked again.
      // While one too many is open, the check is still to come: it sees to it that it ends.
      if verdicts.contains(.credited), !found.contains(where: \.isOpen) {
        try TopUps.noteCheck(of: topUp.id, at: now, in: db)
      }
      let stored = try TopUps.find(reference: topUp.reference, in: db)
      if stored?.invoice == nil, let lease = topUp.leaseUntil {
        try TopUps.release(topUp.id, leasedUntil: lease, in: db)
      }
      return (stored, verdicts)
    }
    for case .review(let oddity) in verdicts {
      service.log.warning("an invoice waits for review", evidence: oddity.rawValue)
    }
    guard let stored else { throw .broken(evidence: "a top-up vanished") }
    return stored
  }

  /// What a user can be told.
  private func payable(_ topUp: TopUp) throws(Refusal) -> TopUp {
    guard topUp.invoice != nil || topUp.status == .paid else {
      throw .providerUnavailable(evidence: "the invoice is over another amount")
    }
    return topUp
  }

  /// Ends invoices that nobody shall pay any more. One that stays open all the same, and is paid,
  /// comes before an operator.
  /// - Returns: whether all have ended, as far as is known.
  private func expire(_ surplus: [Invoice], by deadline: Deadline) -> Bool {
    var isDone = true
    for invoice in surplus {
      do throws(XenditFailure) {
        _ = try ask { () throws(XenditFailure) in
          try xendit.expire(id: invoice.id, withinMilliseconds: deadline.remainingMilliseconds)
        }
      } catch {
        service.log.warning("a surplus invoice stays open", evidence: error.evidence)
        isDone = false
      }
    }
    return isDone
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
