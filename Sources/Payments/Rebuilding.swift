// Going through Xendit's whole list of invoices, for what a lost disk took: the top-ups that were
// made since the last backup. Each invoice says whose it is.

import Domain
import Ledger
import Service
import Storage
import Xendit
import XenditAPI

extension Reconciliation {
  /// So far Xendit's clock and ours may be apart.
  private static let overlapSeconds: Int64 = 3600

  /// From when on a walk must look to find all that was paid after `moment`: then an invoice may
  /// have been as old as it can be paid, and as one can be late that has ended.
  public func begin(ofPaymentsAfter moment: Timestamp) -> Timestamp {
    let seconds = invoicing.durationSeconds + Reconciliation.endedSeconds
    return moment.adding(seconds: -seconds - Reconciliation.overlapSeconds)
  }

  /// Everything that may have been paid since the moment that a restored database is of: credits
  /// it, and makes anew the top-ups that are missing. Bookmarks from before count no more.
  /// - Throws: as `rebuild` and `pass`.
  public func catchUp(
    since begin: Timestamp, progress: (Counts) -> Void = { _ in }
  ) throws(Refusal) -> (rebuilt: Counts, passed: Counts) {
    try service.database.write { db throws(Refusal) in try Reconciliations.forget(in: db) }
    let rebuilt = try rebuild(since: begin, progress: progress)
    return (rebuilt, try pass(progress: progress))
  }

  /// Settles every invoice that Xendit has of ours and that was made after this moment, and makes
  /// the top-ups that are not there any more. Where even the wallet is not known, what was paid
  /// waits for an operator. A walk that was broken off goes on where it stopped.
  /// - Parameter progress: called after every page of Xendit's list.
  /// - Throws: `.providerUnavailable` if Xendit does not answer; `.busy`, `.broken`.
  public func rebuild(
    since begin: Timestamp, progress: (Counts) -> Void = { _ in }
  ) throws(Refusal) -> Counts {
    let now = service.world.now()
    var counts = Counts()
    let resumed = try service.database.write { db throws(Refusal) in
      try Reconciliations.beginRebuild(since: begin, at: now, in: db)
    }
    if let resumed {
      // What was made since then stands before the place where it stopped: the disk may have been
      // lost again meanwhile, and the bookmark restored.
      let overlap = resumed.begunAt.adding(seconds: -Reconciliation.overlapSeconds)
      try walk(since: overlap, after: nil, &counts, progress) { _ in }
    }
    try walk(since: begin, after: resumed?.lastInvoice, &counts, progress) { last throws(Refusal) in
      try service.database.write { db throws(Refusal) in
        try Reconciliations.note(rebuiltTo: last, in: db)
      }
    }
    let end = service.world.now()
    try service.database.write { db throws(Refusal) in
      try Reconciliations.endRebuild(at: end, in: db)
    }
    return counts
  }

  /// Settles the list page after page, and tells of each page's last invoice.
  private func walk(
    since begin: Timestamp, after first: String?, _ counts: inout Counts,
    _ progress: (Counts) -> Void, done: (String) throws(Refusal) -> Void
  ) throws(Refusal) {
    var last = first
    while let page = try page(since: begin, after: last), let end = page.lastID {
      for invoice in page.invoices { try settle(invoice, &counts) }
      for body in page.unreadable { try keep(body) }
      try done(end)
      last = end
      progress(counts)
    }
  }

  private func page(
    since begin: Timestamp, after last: String?
  ) throws(Refusal) -> InvoicePage? {
    for _ in 1..<Reconciliation.triesMax {
      try awaitXendit()
      if let page = try? invoicing.list(since: begin, after: last, by: deadline) { return page }
      service.world.wait(Reconciliation.retryMilliseconds)
    }
    try awaitXendit()
    return try invoicing.list(since: begin, after: last, by: deadline)
  }

  private func settle(_ invoice: Invoice, _ counts: inout Counts) throws(Refusal) {
    counts.asked += 1
    guard let topUp = try topUp(of: invoice, &counts) else {
      // Nobody knows whose it is. What was not paid is nobody's.
      if invoice.event.isPaid { try keep(invoice.source, invoice.event) }
      return
    }
    try awaitXendit()
    do throws(Refusal) {
      let settled = try invoicing.settle([invoice], for: topUp, by: deadline).topUp
      counts.noteAnswer()
      if settled.status != topUp.status { counts.settled += 1 }
    } catch {
      try counts.note(error)
    }
  }

  /// The invoice's top-up, made anew if its wallet is there.
  private func topUp(
    of invoice: Invoice, _ counts: inout Counts
  ) throws(Refusal) -> TopUp? {
    guard let reference = TopUpReference(invoice.reference) else { return nil }
    let now = service.world.now()
    let known = try service.database.read { db throws(Refusal) in
      try TopUps.find(reference: reference, in: db)
    }
    if let known { return known }
    guard let lost = lostTopUp(reference, invoice, now) else { return nil }
    let isRebuilt = try service.database.write { db throws(Refusal) in
      let wallet = try Wallets.find(ofUser: lost.userID, in: db)
      guard wallet?.id == lost.walletID, try !TopUps.exists(lost.id, in: db) else { return false }
      try TopUps.insert(lost, key: nil, in: db)
      return true
    }
    if isRebuilt { counts.rebuilt += 1 }
    return isRebuilt ? lost : nil
  }

  private func keep(_ body: [UInt8], _ event: Event? = nil) throws(Refusal) {
    let now = service.world.now()
    let received = ReceivedEvent(body: body, webhookID: nil, event: event)
    _ = try Settlement.receive(
      received, confirmAbove: nil, at: now, into: service.database)
  }
}

/// The top-up that an invoice was made for, as far as it says.
private func lostTopUp(
  _ reference: TopUpReference, _ invoice: Invoice, _ now: Timestamp
) -> TopUp? {
  guard let metadata = invoice.metadata, let id = Identifier(metadata.topUp),
    let user = Identifier(metadata.user), let wallet = Identifier(metadata.wallet),
    invoice.amount > .zero
  else { return nil }
  return TopUp(
    id: id, userID: user, walletID: wallet, reference: reference, amount: invoice.amount,
    status: .pending, invoice: nil, leaseUntil: nil, createdAt: invoice.createdAt ?? now)
}

extension Invoicing {
  /// A page of all invoices.
  func list(
    since begin: Timestamp, after last: String?, by deadline: Deadline
  ) throws(Refusal) -> InvoicePage {
    do throws(XenditFailure) {
      return try ask { () throws(XenditFailure) in
        try xendit.list(
          since: begin, after: last, withinMilliseconds: deadline.remainingMilliseconds)
      }
    } catch {
      throw .providerUnavailable(evidence: error.evidence)
    }
  }
}
