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
    return try settle(found, for: topUp, by: deadline).topUp
  }

  /// What Xendit said last about how many more requests are welcome.
  var rateLimit: RateLimit? { xendit.rateLimit }

  /// Those that the look-up knows, and this one, which the look-up may not have come to yet.
  private func invoices(
    of topUp: TopUp, _ invoiceID: String?, by deadline: Deadline
  ) throws(XenditFailure) -> [Invoice] {
    let found = try find(topUp, by: deadline)
    guard let invoiceID, !found.contains(where: { $0.id == invoiceID }) else { return found }
    return try found + [get(invoiceID, by: deadline)]
  }
}
