// Asking Xendit about every top-up of which it may know more than we do, and settling what it says
// through the same code as the webhook. So a webhook that never came loses nobody's money, and one
// that lied is found.

import Domain
import Ledger
import Service
import XenditAPI

/// A walk through the open top-ups, those that ended unpaid not long ago, and the new credits.
public struct Reconciliation: Sendable {
  /// A payment may come after the invoice has expired. So long it is asked about.
  private static let endedSeconds: Int64 = 7 * 86_400

  /// What one pass did.
  public struct Counts: Sendable {
    public var asked = 0
    public var settled = 0
    /// Nobody can say; the next pass asks again.
    public var unknown = 0
    /// Credits that were asked about, and those among them that Xendit knows nothing of.
    public var checked = 0
    public var unpaid = 0
  }

  private let service: Service
  private let invoicing: Invoicing

  public init(_ service: Service, _ provider: Provider) {
    self.service = service
    invoicing = Invoicing(service, provider, simultaneousMax: 1)
  }

  /// One pass, oldest first. It may be broken off at any moment: what has been done is done, and
  /// the next pass over what is due leaves out what has just been asked about.
  /// - Parameters:
  ///   - due: ask only about those that are due; else about all.
  ///   - progress: called after every 100 top-ups.
  /// - Throws: `.providerUnavailable` if Xendit cannot be asked at all, `.busy`, `.broken`.
  public func pass(
    due: Bool, progress: (Counts) -> Void = { _ in }
  ) throws(Refusal) -> Counts {
    var counts = Counts()
    var last: (topUp: TopUp, createdAt: Timestamp)?
    while true {
      let page = try openPage(after: last, due: due)
      for (topUp, _) in page { try ask(about: topUp, &counts) }
      guard let end = page.last else { break }
      last = end
      progress(counts)
    }
    var lastEnded: TopUp?
    while true {
      let page = try endedPage(after: lastEnded, due: due)
      for topUp in page { try ask(about: topUp, &counts) }
      guard let end = page.last else { break }
      lastEnded = end
      progress(counts)
    }
    try check(&counts)
    return counts
  }

  /// Asks about each credit once. One whose answer is unknown ends the walk: it comes first again.
  private func check(_ counts: inout Counts) throws(Refusal) {
    while true {
      let page = try service.database.read { db throws(Refusal) in try TopUps.unchecked(in: db) }
      for (topUp, invoiceID) in page {
        try invoicing.checkOpen()
        Pace.keep(to: invoicing.rateLimit)
        let deadline = Deadline(milliseconds: Bounds.xenditMilliseconds)
        let isPaid = try invoicing.check(topUp, invoiceID, by: deadline)
        counts.checked += 1
        if !isPaid { counts.unpaid += 1 }
      }
      if page.isEmpty { return }
    }
  }

  private func openPage(
    after last: (topUp: TopUp, createdAt: Timestamp)?, due: Bool
  ) throws(Refusal) -> [(topUp: TopUp, createdAt: Timestamp)] {
    let now = service.world.now()
    return try service.database.read { db throws(Refusal) in
      try TopUps.open(
        after: last?.topUp, createdAt: last?.createdAt, due: due, at: now, in: db)
    }
  }

  private func endedPage(after last: TopUp?, due: Bool) throws(Refusal) -> [TopUp] {
    let now = service.world.now()
    let begin = now.adding(seconds: -Reconciliation.endedSeconds)
    return try service.database.read { db throws(Refusal) in
      try TopUps.ended(since: begin, after: last, due: due, at: now, in: db)
    }
  }

  /// Asks about one top-up. That nobody knows an answer is no failure of the pass; that Xendit
  /// must not be asked any more is.
  private func ask(about topUp: TopUp, _ counts: inout Counts) throws(Refusal) {
    try invoicing.checkOpen()
    Pace.keep(to: invoicing.rateLimit)
    counts.asked += 1
    do throws(Refusal) {
      if try settle(topUp) { counts.settled += 1 }
    } catch {
      switch error {
      case .providerUnavailable, .providerRefused: counts.unknown += 1
      default: throw error
      }
    }
    let now = service.world.now()
    try service.database.write { db throws(Refusal) in
      try TopUps.note(lookAt: topUp.id, at: now, in: db)
    }
  }

  /// - Returns: whether it is no longer as it was.
  private func settle(_ topUp: TopUp) throws(Refusal) -> Bool {
    let deadline = Deadline(milliseconds: Bounds.xenditMilliseconds)
    if topUp.invoice != nil {
      return try invoicing.look(at: topUp, by: deadline).status != topUp.status
    }
    let now = service.world.now()
    let lease = now.adding(seconds: Bounds.topUpLeaseSeconds)
    let leased = try service.database.write { db throws(Refusal) in
      try TopUps.lease(topUp.id, until: lease, at: now, in: db)
    }
    guard leased else { return false }
    _ = try invoicing.resume(topUp.leased(until: lease), by: deadline)
    return true
  }
}

/// How fast Xendit may be asked.
private enum Pace {
  /// The last requests that are welcome belong to users who wait for an answer: then it waits until
  /// Xendit counts anew, a minute at most.
  static func keep(to limit: RateLimit?) {
    guard let limit, limit.remaining < 10 else { return }
    Deadline.wait(seconds: min(limit.resetSeconds, 60))
  }
}
