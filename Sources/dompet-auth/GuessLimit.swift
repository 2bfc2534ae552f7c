// The limit on wrong passwords, shared by all workers. It lives in memory: there is one
// dompet-auth, a restart forgives everybody, and as plain CGI, a process for each request, only
// nginx limits.

import Domain
import Passwords
import Service
import Synchronization

final class GuessLimit: Sendable {
  private let guesses = Mutex(Guesses())
  private let world: World

  init(_ world: World) {
    self.world = world
  }

  /// Makes a try, unless too many have failed.
  /// - Throws: `.tooManyRequests`, before anything is looked at; else what `verify` throws, and the
  ///   try does not count.
  func attempt(
    _ attempt: Guesses.Attempt, _ verify: () throws(Refusal) -> Passwords.Verdict
  ) throws(Refusal) -> Passwords.Verdict {
    let wait = guesses.withLock { $0.begin(attempt, at: world.monotonicMilliseconds()) }
    if let wait { throw .tooManyRequests(retryAfterSeconds: wait) }
    var outcome = Guesses.Outcome.untried
    defer { guesses.withLock { $0.end(attempt, outcome, at: world.monotonicMilliseconds()) } }
    let verdict = try verify()
    outcome = verdict == .wrong ? .wrong : .right
    return verdict
  }
}
