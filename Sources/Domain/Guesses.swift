// How guessing is slowed down without locking anybody out: wrong passwords are counted, and each
// one too many doubles the wait, up to a bound.

/// Wrong passwords of late: for an account from a network, for an account from anywhere, and from
/// a network for any account. Bounded in size; what it forgets, it forgets in favour of the asker.
///
/// A stranger's mistakes never keep out somebody who has succeeded from the same network before;
/// and whoever has made no mistake lately gets a try, however many others guess at the account.
public struct Guesses: Sendable {
  private let entriesMax: Int
  private var counts: [Key: Count] = [:]

  public init(entriesMax: Int = 20_000) {
    self.entriesMax = entriesMax
  }

  /// One try of a password.
  public struct Attempt: Sendable {
    /// The account by any name, existing or not, so that nothing can be told from a refusal.
    public let account: String
    public let network: Network
    /// Whether the account has been entered from this network before.
    public let isFamiliar: Bool

    public init(account: String, network: Network, isFamiliar: Bool) {
      self.account = account
      self.network = network
      self.isFamiliar = isFamiliar
    }

    fileprivate var pair: Key { .pair(account: account, network) }
    fileprivate var keys: [Key] { [pair, .account(account), .network(network)] }
  }

  /// What came of a try.
  public enum Outcome: Sendable {
    case right
    case wrong
    /// The password was not looked at.
    case untried
  }

  /// Begins a try, which `end` must end.
  /// - Returns: nil if it may be made; else the seconds to wait, and nothing has begun.
  public mutating func begin(_ attempt: Attempt, at milliseconds: Int64) -> Int? {
    var judges = [attempt.pair]
    if !attempt.isFamiliar {
      judges.append(.network(attempt.network))
      if counts[attempt.pair]?.isClear(attempt.pair.rule, at: milliseconds) == false {
        judges.append(.account(attempt.account))
      }
    }
    let waits = judges.compactMap { counts[$0]?.wait($0.rule, at: milliseconds) }
    if let longest = waits.max() { return longest }
    makeRoom(at: milliseconds)
    for key in attempt.keys { counts[key, default: Count(at: milliseconds)].underWay += 1 }
    return nil
  }

  /// Ends a try that has begun.
  public mutating func end(_ attempt: Attempt, _ outcome: Outcome, at milliseconds: Int64) {
    for key in attempt.keys {
      counts[key, default: Count(at: milliseconds)].end(outcome, key.rule, at: milliseconds)
    }
    if outcome == .right { counts[attempt.pair]?.clear() }
  }

  /// Forgets what has been forgiven; if that is not enough, the half with the fewest mistakes, so
  /// that nobody gets rid of a long wait by mistakes made elsewhere.
  private mutating func makeRoom(at milliseconds: Int64) {
    guard counts.count + 3 > entriesMax else { return }
    let rest = counts.filter { !$1.isClear($0.rule, at: milliseconds) }
    let worst = rest.sorted {
      ($0.value.underWay, $0.value.failures) > ($1.value.underWay, $1.value.failures)
    }
    counts = Dictionary(
      uniqueKeysWithValues: worst.prefix(entriesMax / 2).map { ($0.key, $0.value) })
  }
}

/// What is counted.
private enum Key: Hashable {
  case pair(account: String, Network)
  case account(String)
  case network(Network)

  var rule: Rule {
    switch self {
    case .pair: Rule(free: 5, periodSeconds: 900)
    case .account: Rule(free: 20, periodSeconds: 60)
    // Many customers of a mobile network share an address.
    case .network: Rule(free: 100, periodSeconds: 5)
    }
  }
}

/// So many mistakes are free; each one more doubles the wait, from 1 s up to the period; each
/// period forgives one.
private struct Rule {
  let free: Int
  let periodSeconds: Int64

  func waitSeconds(after failures: Int) -> Int64 {
    let excess = failures - free
    return excess < 0 ? 0 : min(periodSeconds, Int64(1) << min(excess, 32))
  }
}

private struct Count {
  private(set) var failures = 0
  var underWay = 0
  private var blockedUntil: Int64
  /// Until then forgiveness has been granted.
  private var forgivenUntil: Int64

  init(at milliseconds: Int64) {
    blockedUntil = milliseconds
    forgivenUntil = milliseconds
  }

  func isClear(_ rule: Rule, at milliseconds: Int64) -> Bool {
    underWay == 0 && forgiven(rule, at: milliseconds).failures == 0
  }

  /// Whole seconds to wait, or nil. Past the free ones there is only one try at a time.
  func wait(_ rule: Rule, at milliseconds: Int64) -> Int? {
    let rest = blockedUntil - milliseconds
    if rest > 0 { return Int((rest + 999) / 1000) }
    let isFree = forgiven(rule, at: milliseconds).failures + underWay < rule.free
    return isFree || underWay == 0 ? nil : 1
  }

  mutating func end(_ outcome: Guesses.Outcome, _ rule: Rule, at milliseconds: Int64) {
    underWay = max(0, underWay - 1)
    guard outcome == .wrong else { return }
    self = forgiven(rule, at: milliseconds)
    failures += 1
    blockedUntil = milliseconds + rule.waitSeconds(after: failures) * 1000
  }

  mutating func clear() {
    failures = 0
    blockedUntil = forgivenUntil
  }

  private func forgiven(_ rule: Rule, at milliseconds: Int64) -> Count {
    let periods = max(0, (milliseconds - forgivenUntil) / (rule.periodSeconds * 1000))
    var count = self
    count.failures = max(0, failures - Int(clamping: periods))
    count.forgivenUntil =
      count.failures == 0 ? milliseconds : forgivenUntil + periods * rule.periodSeconds * 1000
    return count
  }
}
