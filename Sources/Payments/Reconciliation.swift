// Asking Xendit about every top-up of which it may know more than we do, and settling what it says
// through the same code as the webhook. So a webhook that never came loses nobody's money, and one
// that lied is found.

import Domain
import Ledger
import Service
import Storage
import XenditAPI

/// A walk through the open top-ups, those that ended unpaid not long ago, and the new credits.
public struct Reconciliation: Sendable {
  /// A payment may come after the invoice has expired. So long it is asked about.
  static let endedSeconds: Int64 = 7 * 86_400
  /// So often a pass asks, and waits so long in between.
  static let triesMax = 3
  static let retryMilliseconds: Int64 = 2000
  /// So many questions in a row without an answer break a walk off: five close the gate, the sixth
  /// was a probe.
  private static let unknownInRowMax = 6
  /// So often the gate is waited for before one question.
  private static let waitsMax = 3

  /// What one pass did.
  public struct Counts: Sendable {
    public var asked = 0
    public var settled = 0
    /// Nobody can say; the next pass asks again.
    public private(set) var unknown = 0
    private var unknownInRow = 0
    /// Credits that were asked about, and those among them that Xendit knows nothing of.
    public var checked = 0
    public var unpaid = 0
    /// Events that waited for Xendit's word, and those among them that it did not confirm.
    public var confirmed = 0
    public var denied = 0
    /// Top-ups that were lost and are there again.
    public var rebuilt = 0

    /// Xendit has answered.
    mutating func noteAnswer() {
      unknownInRow = 0
    }

    /// Xendit has not answered one question. That is no failure of the walk.
    /// - Throws: the failure, if it is another, or if Xendit cannot be asked at all.
    mutating func note(_ failure: Refusal) throws(Refusal) {
      guard failure.isProviders else { throw failure }
      unknown += 1
      unknownInRow += 1
      if unknownInRow >= Reconciliation.unknownInRowMax { throw failure }
    }

    /// What was unknown is asked again.
    mutating func askAgain() {
      unknown = 0
    }
  }

  let service: Service
  let invoicing: Invoicing

  public init(_ service: Service, _ provider: Provider) {
    self.service = service
    invoicing = Invoicing(service, provider, simultaneousMax: 1)
  }

  /// One pass over all, oldest first: whatever has been paid by now is credited. What Xendit does
  /// not answer is asked again. It may be broken off at any moment: what has been done is done, and
  /// the next pass goes on there.
  /// - Parameter progress: called after every 100 top-ups.
  /// - Throws: `.providerUnavailable` if Xendit cannot be asked at all, `.busy`, `.broken`.
  public func pass(progress: (Counts) -> Void = { _ in }) throws(Refusal) -> Counts {
    let now = service.world.now()
    let begin = try service.database.write { db throws(Refusal) in
      try Reconciliations.beginPass(at: now, in: db)
    }
    var counts = Counts()
    try walk(.since(begin), &counts, progress)
    for _ in 1..<Reconciliation.triesMax where counts.unknown > 0 {
      service.world.wait(Reconciliation.retryMilliseconds)
      counts.askAgain()
      try walk(.since(begin), &counts, progress)
    }
    let end = service.world.now()
    try service.database.write { db throws(Refusal) in
      try Reconciliations.endPass(at: end, in: db)
    }
    return counts
  }

  /// One pass over what is due: the older a top-up is, the less often it is asked about.
  /// - Throws: as `pass`.
  public func passOverDue(progress: (Counts) -> Void = { _ in }) throws(Refusal) -> Counts {
    var counts = Counts()
    try walk(.due, &counts, progress)
    return counts
  }

  private func walk(
    _ turn: TopUps.Turn, _ counts: inout Counts, _ progress: (Counts) -> Void
  ) throws(Refusal) {
    try confirm(&counts)
    try askAll(turn, &counts, progress) { last, now, db throws(Refusal) in
      try TopUps.open(after: last, turn, at: now, in: db)
    }
    try askAll(turn, &counts, progress) { last, now, db throws(Refusal) in
      let begin = now.adding(seconds: -Reconciliation.endedSeconds)
      return try TopUps.ended(since: begin, after: last, turn, at: now, in: db)
    }
    try check(&counts)
  }

  /// Asks about each top-up of every page.
  private func askAll(
    _ turn: TopUps.Turn, _ counts: inout Counts, _ progress: (Counts) -> Void,
    page: (TopUp?, Timestamp, any Connection) throws(Refusal) -> [TopUp]
  ) throws(Refusal) {
    var last: TopUp?
    while true {
      let now = service.world.now()
      let found = try service.database.read { db throws(Refusal) in try page(last, now, db) }
      for topUp in found { try ask(about: topUp, turn, &counts) }
      guard let end = found.last else { return }
      last = end
      progress(counts)
    }
  }

  /// Asks about one top-up. Where the pass will ask again, a look without an answer is not noted.
  private func ask(
    about topUp: TopUp, _ turn: TopUps.Turn, _ counts: inout Counts
  ) throws(Refusal) {
    try awaitXendit()
    counts.asked += 1
    do throws(Refusal) {
      if try settle(topUp) { counts.settled += 1 }
      counts.noteAnswer()
    } catch {
      try counts.note(error)
      if case .since = turn { return }
    }
    let now = service.world.now()
    try service.database.write { db throws(Refusal) in
      try TopUps.note(lookAt: topUp.id, at: now, in: db)
    }
  }

  /// - Returns: whether it is no longer as it was.
  private func settle(_ topUp: TopUp) throws(Refusal) -> Bool {
    if topUp.invoice != nil {
      return try invoicing.look(at: topUp, by: deadline).status != topUp.status
    }
    do throws(Refusal) {
      return try !invoicing.goOn(with: invoicing.lease(topUp), by: deadline).needsInvoice
    } catch .requestInProgress {
      return false
    }
  }

  /// For one question.
  var deadline: Deadline {
    Deadline(milliseconds: Bounds.xenditMilliseconds, in: service.world)
  }

  /// Waits until Xendit may be asked. The last requests that are welcome belong to users who wait
  /// for an answer: then until Xendit counts anew, a minute at most.
  /// - Throws: `.providerUnavailable` if it was waited for in vain.
  func awaitXendit() throws(Refusal) {
    if let limit = invoicing.rateLimit, limit.remaining < 10 {
      service.world.wait(Int64(min(limit.resetSeconds, 60)) * 1000)
    }
    for _ in 0..<Reconciliation.waitsMax {
      guard let milliseconds = invoicing.closedMilliseconds else { return }
      service.world.wait(milliseconds)
    }
    try invoicing.checkOpen()
  }
}

extension Refusal {
  fileprivate var isProviders: Bool {
    switch self {
    case .providerUnavailable, .providerRefused: true
    default: false
    }
  }
}
