// Asking Xendit how things stand with a top-up that has its invoice.

import Domain
import Ledger
import Service
import Xendit
import XenditAPI

extension Invoicing {
  /// Asks about all invoices that bear the top-up's reference: one whose making seemed lost may
  /// have appeared since. What has happened to them is settled, those too many are ended.
  /// - Returns: the top-up as it is now.
  public func look(at topUp: TopUp, by deadline: Deadline) throws(Refusal) -> TopUp {
    let found: [Invoice]
    do throws(XenditFailure) {
      found = try invoices(of: topUp, topUp.invoice?.id, by: deadline)
    } catch {
      throw .providerUnavailable(evidence: error.evidence)
    }
    return try settle(found, for: topUp, by: deadline)
  }

  /// Asks whether the invoice that was credited has been paid as we believe: a webhook's token does
  /// not sign its body, so whoever has the token could report anything. If not, what Xendit says is
  /// kept for an operator. Each credit is asked about once; other invoices of its top-up are
  /// settled and ended on that occasion.
  /// - Returns: whether all is as we believe.
  public func check(
    _ topUp: TopUp, _ invoiceID: String, by deadline: Deadline
  ) throws(Refusal) -> Bool {
    let found: [Invoice]
    do throws(XenditFailure) {
      found = try invoices(of: topUp, invoiceID, by: deadline)
    } catch {
      // Xendit does not know such an invoice: that is an answer too.
      guard case .refused = error else { throw .providerUnavailable(evidence: error.evidence) }
      found = []
    }
    let others = found.filter { $0.id != invoiceID }
    if !others.isEmpty { _ = try settle(others, for: topUp, by: deadline) }
    return try judge(found.first { $0.id == invoiceID }, credited: topUp, invoiceID)
  }

  /// What Xendit said last about how many more requests are welcome.
  public var rateLimit: RateLimit? { xendit.rateLimit }

  /// Those that the look-up knows, and this one, which the look-up may not have come to yet.
  private func invoices(
    of topUp: TopUp, _ invoiceID: String?, by deadline: Deadline
  ) throws(XenditFailure) -> [Invoice] {
    let found = try find(topUp, by: deadline)
    guard let invoiceID, !found.contains(where: { $0.id == invoiceID }) else { return found }
    return try found + [get(invoiceID, by: deadline)]
  }

  private func judge(
    _ invoice: Invoice?, credited topUp: TopUp, _ invoiceID: String
  ) throws(Refusal) -> Bool {
    let isPaid =
      invoice?.event.isPaid == true && invoice?.event.amount == topUp.amount
      && invoice?.reference == topUp.reference.text
    let body = invoice?.source ?? Array("Xendit knows no invoice \(invoiceID)".utf8)
    let report = ReceivedEvent(body: body, webhookID: nil, event: invoice?.event)
    let now = service.world.now()
    try service.database.write { db throws(Refusal) in
      if !isPaid { try Events.store(report, .review(.creditedUnpaid), at: now, in: db) }
      try TopUps.noteCheck(of: topUp.id, at: now, in: db)
    }
    if !isPaid {
      service.log.error(
        "a credited top-up is not paid at Xendit", evidence: topUp.reference.text)
    }
    return isPaid
  }
}
