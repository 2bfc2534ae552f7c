// Writing in groups: one transaction, and one wait for the disk, for all who want to write now.

import CSQLite
import Domain
import Glibc
import Synchronization

/// The one writer connection of this process, used by whoever leads.
///
/// Sendable because its variables are touched only by the leader, and the queue has one at a time.
final class GroupCommit: @unchecked Sendable {
  private let path: String
  private let turnstile: Turnstile
  private let queue = WriteQueue()
  private let log: LogKeeper
  private var connection: SQLiteConnection
  private var connectionIsSound = true
  private var previousCount = 0
  private let counts = Mutex(StorageFigures())

  init(path: String, turnstile: Turnstile, connection: SQLiteConnection) {
    self.path = path
    log = LogKeeper(path: path)
    self.turnstile = turnstile
    self.connection = connection
  }

  var figures: StorageFigures {
    var figures = counts.withLock { $0 }
    log.add(to: &figures)
    return figures
  }

  /// Returns when `body` has run and is durable. Throws what it threw; `.busy` when it was not
  /// done or nobody can say.
  func perform(
    _ body: @escaping @Sendable (any Connection) throws(Refusal) -> Void
  ) throws(Refusal) {
    let job = Job(until: .seconds(Limits.writeSeconds), body)
    if queue.enter(job) { lead(from: job) }
    try queue.result(of: job)
  }

  /// Leads one group. Its deadline is that of the leader's own job, the oldest of the group.
  ///
  /// Whoever waits in other processes is let in before anybody here is woken, unless a checkpoint
  /// comes in between: then the group hears its answers first, and only the leader waits.
  private func lead(from own: Job) {
    var group = [own]
    do throws(Refusal) {
      try enterTurnstile(until: own.deadline)
      commit(&group, until: own.deadline)
      if connectionIsSound { keepLogShort(answering: group) }
      turnstile.leave()
    } catch {
      own.outcome = error
    }
    queue.handOn()
    queue.answer(group)
  }

  private func enterTurnstile(until deadline: Deadline) throws(Refusal) {
    let begin = Deadline.now
    do throws(Refusal) {
      try turnstile.enter(until: deadline)
    } catch {
      counts.withLock { $0.turnstileTimeouts += 1 }
      throw error
    }
    let waited = Deadline.now - begin
    counts.withLock {
      $0.turnstileEntries += 1
      $0.turnstileWaitNanoseconds += waited
    }
  }

  /// Runs the first job and all that wait, also those that come meanwhile, and commits once. No
  /// thread has two jobs in the queue, so a group is never larger than the number of threads.
  ///
  /// Refusals are told only after the commit, too: a job's refusal may rest on what an earlier
  /// job of its group wrote. When the transaction fails, everybody is told that nothing was done,
  /// and the next leader opens a new connection.
  private func commit(_ group: inout [Job], until deadline: Deadline) {
    do throws(Refusal) {
      try renewConnection()
      sqlite3_busy_timeout(connection.handle, deadline.remainingMilliseconds)
      try connection.begin()
      if try !run(&group, until: deadline) { try runApart(group, until: deadline) }
      previousCount = group.count
      try connection.commit()
      let jobs = Int64(group.count)
      counts.withLock {
        $0.commits += 1
        $0.committedJobs += jobs
      }
    } catch {
      counts.withLock { $0.failedGroups += 1 }
      for job in group { job.outcome = .busy(evidence: "the group failed: \(error)") }
      connection.rollBack()
      connectionIsSound = false
    }
  }

  /// Replaces a connection on which a group failed. The old one closes only when the new one is
  /// open: were there none for a moment, SQLite would read the log anew, and could take a commit
  /// for done whose sync has failed.
  private func renewConnection() throws(Refusal) {
    if connectionIsSound { return }
    connection = try SQLiteConnection(path: path, purpose: .writing)
    connectionIsSound = true
  }

  /// Runs the group's jobs, and all that come meanwhile.
  /// - Returns: false as soon as one of them fails after it has written: what it did stands yet.
  private func run(_ group: inout [Job], until deadline: Deadline) throws(Refusal) -> Bool {
    for job in group where try !run(job, until: deadline) { return false }
    guard try runWaiting(&group, until: deadline) else { return false }
    // Those whom the previous group answered are about to come again: they get the processor for as
    // long as some of them come. It filled groups half as much again; a lone writer does not wait.
    var before = 0
    while group.count < previousCount, group.count > before {
      before = group.count
      sched_yield()
      guard try runWaiting(&group, until: deadline) else { return false }
    }
    return true
  }

  private func runWaiting(_ group: inout [Job], until deadline: Deadline) throws(Refusal) -> Bool {
    while !deadline.isPast, let job = queue.next() {
      group.append(job)
      guard try run(job, until: deadline) else { return false }
    }
    return true
  }

  /// Runs one job. Throws when the transaction is gone.
  /// - Returns: false if it failed after it had written.
  private func run(_ job: Job, until deadline: Deadline) throws(Refusal) -> Bool {
    let before = connection.rowsWritten
    connection.deadline = deadline
    do throws(Refusal) {
      try job.body(connection)
      job.outcome = nil
    } catch {
      job.outcome = error
    }
    connection.deadline = nil
    guard connection.isInTransaction else {
      throw job.outcome ?? .busy(evidence: "a job ended the transaction")
    }
    return job.outcome == nil || connection.rowsWritten == before
  }

  /// Undoes everything and runs the jobs again, so that each can be undone alone. That is so rare
  /// that it costs less than to begin every job with a savepoint: SQLite copies each page that is
  /// changed after one.
  private func runApart(_ group: [Job], until deadline: Deadline) throws(Refusal) {
    connection.rollBack()
    try connection.begin()
    for job in group {
      try connection.execute("SAVEPOINT job", [])
      if try !run(job, until: deadline) { try connection.execute("ROLLBACK TO job", []) }
      try connection.execute("RELEASE job", [])
    }
  }

  /// Should it fail, no row is lost; the next leader opens a new connection, and tries again when
  /// the log has grown on.
  private func keepLogShort(answering group: [Job]) {
    guard let pages = connection.logPages else { return }
    do throws(Refusal) {
      try log.keepShort(pages, by: connection) { queue.answer(group) }
    } catch {
      connectionIsSound = false
    }
  }
}
