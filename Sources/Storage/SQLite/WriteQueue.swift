// The line in which the writers of this process stand, and who of them leads.

import Domain

/// One write: the caller's closure, and where it stands.
///
/// Its closure is run by whichever thread leads. It may be shared although it changes, because
/// `phase` is touched only under the queue's lock, and `outcome` only by the leader, who passes
/// it on under that lock.
final class Job: @unchecked Sendable {
  enum Phase {
    /// Nobody has begun it: its caller may still withdraw it.
    case queued
    /// A leader has begun it, or its own caller leads.
    case taken
    /// Its caller is to lead the next group, with this job as the first.
    case appointed
    case answered(Refusal?)
  }

  let body: @Sendable (any Connection) throws(Refusal) -> Void
  let deadline: Deadline
  var outcome: Refusal? = .busy(evidence: "it was not run")
  fileprivate var phase = Phase.queued
  fileprivate let changed = Condition()

  init(
    until deadline: Deadline, _ body: @escaping @Sendable (any Connection) throws(Refusal) -> Void
  ) {
    self.deadline = deadline
    self.body = body
  }
}

/// Jobs in the order of their arrival. At any time at most one thread leads; it leads one group,
/// the one that its own job is in, and then appoints the one that has waited longest.
///
/// Sendable because its variables are touched only under its lock.
final class WriteQueue: @unchecked Sendable {
  private let lock = Lock()
  private var waiting: [Job] = []
  private var hasLeader = false

  /// Waits until the job is answered, or its caller must lead: then true.
  func enter(_ job: Job) -> Bool {
    lock.locked {
      guard hasLeader else {
        hasLeader = true
        job.phase = .taken
        return true
      }
      waiting.append(job)
      return wait(for: job)
    }
  }

  /// For the leader: the next job of its group. It is no longer to be withdrawn.
  func next() -> Job? {
    lock.locked {
      guard !waiting.isEmpty else { return nil }
      let job = waiting.removeFirst()
      job.phase = .taken
      return job
    }
  }

  /// For the leader: gives up leading.
  func handOn() {
    let next: Job? = lock.locked {
      hasLeader = !waiting.isEmpty
      guard hasLeader else { return nil }
      let job = waiting.removeFirst()
      job.phase = .appointed
      return job
    }
    next?.changed.signal()
  }

  /// For the leader: tells the callers how their jobs came out, unless they have left.
  func answer(_ jobs: [Job]) {
    lock.locked {
      for job in jobs {
        if case .taken = job.phase { job.phase = .answered(job.outcome) }
      }
    }
    for job in jobs { job.changed.signal() }
  }

  /// For the caller, once `enter` is through and it has led, if it had to.
  func result(of job: Job) throws(Refusal) {
    let phase = lock.locked { job.phase }
    guard case .answered(let refusal) = phase else {
      throw .broken(evidence: "a job was left without an answer")
    }
    if let refusal { throw refusal }
  }

  /// Holds the lock but while it sleeps.
  private func wait(for job: Job) -> Bool {
    while true {
      switch job.phase {
      case .answered: return false
      case .appointed:
        job.phase = .taken
        return true
      case .queued where job.deadline.isPast:
        waiting.removeAll { $0 === job }
        job.phase = .answered(.busy(evidence: "withdrawn: its turn did not come in time"))
      case .taken where job.deadline.isPast:
        job.phase = .answered(.busy(evidence: "unknown: it may still be committed"))
      case .queued, .taken:
        job.changed.wait(with: lock, until: job.deadline)
      }
    }
  }
}
