// One episode: a fresh database, a few users, some thousand steps of everything at once. Then the
// faults end, all heals, and the checker looks.
//
// There are no threads. Wherever a program would wait, for its turn at the database or for Xendit,
// other operations may run to their end, and meet others in turn. So every episode follows from
// its seed alone.

import Domain
import Payments

/// The world of one episode.
///
/// Sendable because the whole simulation runs on one thread.
final class Episode: @unchecked Sendable {
  /// How deep operations may meet: three are enough for what two do to a third.
  private static let depthMax = 3
  /// So many reconciliations must be enough.
  private static let passesMax = 10

  let path: String
  let dice: Dice
  let clock = Clock()
  let trace: Trace
  let tally: Tally
  let profile: Profile
  let invoices = Invoices()
  let creations = Creations()
  let books = Books()
  /// The one operator.
  let decision: Decision
  var lives: [ProgramName: Life] = [:]
  var operations: [Operation] = []
  var deliveries: [Delivery] = []
  var isReconciling = false
  private(set) var steps = 0
  /// What must not be, and the step in which it was found first.
  private(set) var finding: (step: Int, text: String)?
  /// The faults are over.
  private(set) var isCalm = false
  private var depth = 0

  init(seed: UInt64, path: String, tally: Tally, trace: Trace) throws {
    self.path = path
    self.tally = tally
    self.trace = trace
    dice = Dice(seed: seed)
    profile = Profile(dice)
    decision = Decision(name: try OperatorName("ani"), reason: try Reason("simulated"))
    trace.add("episode \(seed)")
  }

  /// Runs it to its end, or to the first finding.
  func run(steps stepsMax: Int) {
    // A life holds on to its episode.
    defer { lives = [:] }
    register()
    while steps < stepsMax, finding == nil { act() }
    if finding == nil { heal() }
    if finding == nil { check() }
  }

  /// Says that something is that must not be. The first is the one that counts.
  func found(_ text: String) {
    trace.add("!!! \(text)")
    if finding == nil { finding = (steps, text) }
  }

  /// A moment in which others may come in. Time passes.
  func step(_ what: String, _ detail: String? = nil) {
    steps += 1
    clock.advance(dice.within(0...20))
    let margin = String(repeating: "  ", count: depth)
    trace.add("\(steps) \(margin)\(what)\(detail.map { ": \($0)" } ?? "")")
    meet()
  }

  /// Lets others come in.
  func meet() {
    guard !isCalm, depth < Episode.depthMax, dice.happens(perMille: profile.meetingsPerMille)
    else { return }
    depth += 1
    act()
    depth -= 1
  }

  /// A program does something for somebody.
  func operate(
    _ program: ProgramName, _ what: String, _ detail: String? = nil, _ body: (Life) -> Void
  ) {
    step(what, detail)
    guard let life = life(of: program) else { return }
    operations.append(Operation(begin: steps))
    body(life)
    operations.removeLast()
  }

  /// What anybody may do next, and how often.
  private enum Action {
    case order, orderAgain, orderOtherwise, lookAtOrder, pay, settle, deliver, forge, reconcile,
      review, adjust
    case reverse, duplicate, letTimePass, setClock

    static let weighted: [(Int, Action)] = [
      (16, .order), (18, .orderAgain), (2, .orderOtherwise), (8, .lookAtOrder), (10, .pay),
      (3, .settle),
      (26, .deliver), (10, .forge), (4, .reconcile), (4, .review), (2, .adjust), (2, .reverse),
      (4, .duplicate),
      (7, .letTimePass), (1, .setClock),
    ]
  }

  private func act() {
    switch dice.pick(weighted: Action.weighted) {
    case .order: order()
    case .orderAgain: orderAgain()
    case .orderOtherwise: orderOtherwise()
    case .lookAtOrder: lookAtOrder()
    case .pay: pay()
    case .settle: settle()
    case .deliver: deliver()
    case .forge: if profile.tokenHasLeaked { forge() }
    case .reconcile: reconcile()
    case .review: review()
    case .adjust: adjust()
    case .reverse: reverse()
    case .duplicate: duplicate()
    case .letTimePass: letTimePass()
    case .setClock: setClock()
    }
  }

  private func letTimePass() {
    let milliseconds = dice.pick([1000, 6000, 21_000, 60_000, 300_000, 3_600_000])
    clock.advance(dice.within(0...Int64(milliseconds)))
    step("time passes")
    expireInvoices()
  }

  private func setClock() {
    guard let jump = profile.clockJumpMilliseconds else { return }
    let before = clock.errorMilliseconds
    clock.errorMilliseconds = dice.happens(perMille: 300) ? 0 : dice.within(-jump...jump)
    tally.count(clock.errorMilliseconds < before ? ClockFault.backward : ClockFault.forward)
    step("the clock is set", "\(clock.errorMilliseconds - before) ms")
  }

  /// No more faults, a clock that is right, and as many reconciliations as it takes.
  private func heal() {
    isCalm = true
    trace.add("the faults are over")
    clock.errorMilliseconds = 0
    clock.advance(7_200_000)
    expireInvoices()
    for delivery in deliveries where delivery.mustArrive {
      _ = receive(delivery.body, id: delivery.id)
    }
    // The first of each walk may only end one that was broken off.
    if profile.isRebuilt { for _ in 1...2 { _ = heal(.list) } }
    _ = heal(.all)
    for _ in 1...Episode.passesMax where finding == nil {
      clock.advance(120_000)
      let counts = heal(.all)
      let changes = [counts?.settled, counts?.checked, counts?.confirmed, counts?.denied]
      if changes.allSatisfy({ $0 == 0 }) { return }
    }
    found("reconciliation never comes to an end")
  }

  private func heal(_ walk: Walk) -> Reconciliation.Counts? {
    var counts: Reconciliation.Counts?
    operate(.reconcile, "all heals", "\(walk)") { life in
      do throws(Refusal) {
        counts = try self.walk(walk, life.reconciliation)
      } catch {
        found("reconciliation fails without a fault: \(error)")
      }
    }
    return counts
  }
}
