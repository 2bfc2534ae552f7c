// A user does not want a top-up any more: its invoices are ended at Xendit, then it is EXPIRED.

import Domain
import Ledger
import Service
import Xendit
import XenditAPI

extension Invoicing {
  /// Ends a top-up that is open.
  /// - Returns: the top-up, EXPIRED.
  /// - Throws: `.conflict` if it is not open, or turns out to be paid: then it is credited;
  ///   `.requestInProgress` while somebody makes its invoice; `.providerUnavailable`, and it stays
  ///   open.
  public func cancel(_ topUp: TopUp, by deadline: Deadline) throws(Refusal) -> TopUp {
    guard topUp.status == .pending else { throw refusal(of: topUp) }
    try checkOpen()
    let known =
      try topUp.invoice == nil
      ? adoptLost(topUp, by: deadline) : look(at: topUp, by: deadline)
    if known.status == .pending { try end(known, by: deadline) }
    let ended = try service.database.read { db throws(Refusal) in
      try TopUps.find(reference: topUp.reference, in: db)
    }
    guard let ended, ended.status == .expired else { throw refusal(of: ended ?? known) }
    return ended
  }

  /// One whose invoice is nowhere to be found is ended here alone: if the invoice appears after
  /// all, reconciliation ends it.
  private func end(_ topUp: TopUp, by deadline: Deadline) throws(Refusal) {
    guard let invoice = topUp.invoice else {
      let now = service.world.now()
      return try service.database.write { db throws(Refusal) in
        try TopUps.close(topUp.id, as: .expired, invoiceID: nil, at: now, in: db)
      }
    }
    let latest: Invoice
    do throws(XenditFailure) {
      latest = try expireOrGet(invoice.id, by: deadline)
    } catch {
      throw try refusal(after: .unknown(evidence: error.evidence), for: topUp)
    }
    _ = try settle([latest], for: topUp, by: deadline)
  }

  /// One that cannot be ended any more has been paid or has ended: then how it is now.
  private func expireOrGet(
    _ invoiceID: String, by deadline: Deadline
  ) throws(XenditFailure) -> Invoice {
    do throws(XenditFailure) {
      return try ask { () throws(XenditFailure) in
        try xendit.expire(id: invoiceID, withinMilliseconds: deadline.remainingMilliseconds)
      }
    } catch .refused {
      return try get(invoiceID, by: deadline)
    }
  }

  private func refusal(of topUp: TopUp) -> Refusal {
    .conflict(
      detail: "The top-up is \(topUp.status.rawValue): only one that is open can be cancelled.")
  }
}
