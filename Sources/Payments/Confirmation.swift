// Holding what webhooks reported against what Xendit says: a webhook's token does not sign its
// body, so whoever has the token could report anything.

import Domain
import Ledger
import Service
import Xendit
import XenditAPI

extension Reconciliation {
  /// Asks about each event that waits for Xendit's word. One whose answer is unknown stays.
  func confirm(_ counts: inout Counts) throws(Refusal) {
    var last: WaitingEvent?
    while true {
      let page = try service.database.read { db throws(Refusal) in
        try Events.waiting(after: last, in: db)
      }
      for event in page { try confirm(event, &counts) }
      guard let end = page.last else { return }
      last = end
    }
  }

  private func confirm(_ event: WaitingEvent, _ counts: inout Counts) throws(Refusal) {
    try awaitXendit()
    do throws(Refusal) {
      let isPaid = try invoicing.confirm(event, by: deadline)
      counts.noteAnswer()
      if isPaid { counts.confirmed += 1 } else { counts.denied += 1 }
    } catch {
      try counts.note(error)
    }
  }

  /// Asks about each credit once, but again for a while where another invoice may still appear.
  /// One whose answer is unknown is asked about again.
  func check(_ counts: inout Counts) throws(Refusal) {
    var last: TopUp?
    while true {
      let now = service.world.now()
      let page = try service.database.read { db throws(Refusal) in
        try TopUps.unchecked(after: last, at: now, in: db)
      }
      for (topUp, invoiceID) in page { try check(topUp, invoiceID, &counts) }
      guard let end = page.last else { return }
      last = end.topUp
    }
  }

  private func check(
    _ topUp: TopUp, _ invoiceID: String, _ counts: inout Counts
  ) throws(Refusal) {
    try awaitXendit()
    do throws(Refusal) {
      let isPaid = try invoicing.check(topUp, invoiceID, by: deadline)
      counts.noteAnswer()
      counts.checked += 1
      if !isPaid { counts.unpaid += 1 }
    } catch {
      try counts.note(error)
    }
  }
}

extension Invoicing {
  /// Asks about the invoice that an event reports as paid, and settles what Xendit says.
  /// - Returns: whether it has been credited. If not, the event waits for an operator.
  func confirm(_ event: WaitingEvent, by deadline: Deadline) throws(Refusal) -> Bool {
    let topUp = try service.database.read { db throws(Refusal) in
      try TopUps.find(reference: event.reference, in: db)
    }
    guard let topUp else { throw .broken(evidence: "event \(event.id) has no top-up") }
    let found = try known(invoices: event.invoiceID, of: topUp, by: deadline)
    if !found.isEmpty { _ = try settle(found, for: topUp, by: deadline) }
    let isCredited = try service.database.write { db throws(Refusal) in
      try Events.confirm(event, in: db)
    }
    if !isCredited {
      service.log.error(
        "a reported payment is not confirmed by Xendit", evidence: event.reference.text)
    }
    return isCredited
  }

  /// Asks whether the invoice that was credited has been paid as we believe. If not, what Xendit
  /// says is kept for an operator. Other invoices of its top-up are settled and ended on that
  /// occasion; until all have ended, it is asked about again.
  /// - Returns: whether all is as we believe.
  public func check(
    _ topUp: TopUp, _ invoiceID: String, by deadline: Deadline
  ) throws(Refusal) -> Bool {
    let found = try known(invoices: invoiceID, of: topUp, by: deadline)
    let others = found.filter { $0.id != invoiceID }
    if !others.isEmpty, try !settle(others, for: topUp, by: deadline).isTidy {
      throw .providerUnavailable(evidence: "a surplus invoice stays open")
    }
    return try judge(found.first { $0.id == invoiceID }, credited: topUp, invoiceID)
  }

  /// All invoices of a top-up: those that the look-up knows, and if Xendit knows them this one, and
  /// the one whose link its user has, which the look-up may not have come to yet. That Xendit knows
  /// no such invoice is an answer too.
  private func known(
    invoices invoiceID: String, of topUp: TopUp, by deadline: Deadline
  ) throws(Refusal) -> [Invoice] {
    do throws(XenditFailure) {
      var found = try find(topUp, by: deadline)
      for id in [invoiceID, topUp.invoice?.id ?? invoiceID]
      where !found.contains(where: { $0.id == id }) {
        do throws(XenditFailure) {
          found.append(try get(id, by: deadline))
        } catch {
          guard case .refused = error else { throw error }
        }
      }
      return found
    } catch {
      throw .providerUnavailable(evidence: error.evidence)
    }
  }

  private func judge(
    _ invoice: Invoice?, credited topUp: TopUp, _ invoiceID: String
  ) throws(Refusal) -> Bool {
    let isPaid =
      invoice?.event.isPaid == true && invoice?.event.amount == topUp.amount
      && invoice?.reference == topUp.reference.text
    // What Xendit says may have been judged before, when it was no evidence of anything: so the
    // occasion belongs to it.
    let answer = invoice?.source ?? Array("Xendit knows no invoice \(invoiceID)".utf8)
    let body = Array("The credit of \(topUp.reference.text) was checked:\n".utf8) + answer
    let event =
      invoice?.event
      ?? Event(
        invoiceID: invoiceID, reference: topUp.reference.text, status: "UNKNOWN", amount: nil,
        currency: nil)
    let report = ReceivedEvent(body: body, webhookID: nil, event: event)
    let now = service.world.now()
    try service.database.write { db throws(Refusal) in
      if !isPaid { try Events.review(report, because: .creditedUnpaid, at: now, in: db) }
      try TopUps.noteCheck(of: topUp.id, at: now, in: db)
    }
    if !isPaid {
      service.log.error(
        "a credited top-up is not paid at Xendit", evidence: topUp.reference.text)
    }
    return isPaid
  }
}
