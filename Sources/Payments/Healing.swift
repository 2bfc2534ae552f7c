// A user looks at a top-up that is open: what a webhook has not told may be asked for then.

import Domain
import Ledger
import Service
import Xendit
import XenditAPI

extension Invoicing {
  /// Between two questions about one top-up, however often its user looks.
  private static let lookSeconds: Int64 = 5
  /// A user who only looks waits no longer for Xendit.
  private static let lookMilliseconds = 2000

  /// The top-up as it is now, as far as Xendit can be asked. It makes no invoice.
  /// - Throws: `.broken`; never that Xendit has no answer.
  public func heal(_ topUp: TopUp) throws(Refusal) -> TopUp {
    guard topUp.status == .pending, gate.objection == nil else { return topUp }
    let now = service.world.now()
    let deadline = Deadline(milliseconds: Self.lookMilliseconds, in: service.world)
    do throws(Refusal) {
      let isDue = try service.database.write { db throws(Refusal) in
        try TopUps.takeLook(at: topUp.id, everySeconds: Self.lookSeconds, now: now, in: db)
      }
      guard isDue else { return topUp }
      return try topUp.invoice == nil
        ? adoptLost(topUp, by: deadline) : look(at: topUp, by: deadline)
    } catch {
      if case .broken = error { throw error }
      return topUp
    }
  }

  /// Looks for the invoice of an answer that was lost, unless somebody is on it.
  func adoptLost(_ topUp: TopUp, by deadline: Deadline) throws(Refusal) -> TopUp {
    let leased = try lease(topUp)
    let found: [Invoice]
    do throws(XenditFailure) {
      found = try find(leased, by: deadline)
    } catch {
      throw try refusal(after: .unknown(evidence: error.evidence), for: leased)
    }
    if found.isEmpty {
      try release(leased)
      return topUp
    }
    return try settle(found, for: leased, by: deadline).topUp
  }
}
