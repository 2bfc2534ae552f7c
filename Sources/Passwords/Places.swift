// A limit on how much happens at once: whoever finds no place waits for one, but not for long.

import Domain
import Glibc

/// A number of places to work at.
///
/// `@unchecked Sendable` because its variables are only touched by who holds the lock, and POSIX
/// made the lock and the condition for threads.
final class Places: @unchecked Sendable {
  private var free: Int
  private var waiting = 0
  private var refused: Int64 = 0
  private let count: Int
  private let waitingMax: Int
  // On the heap, since neither may be moved.
  private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let becameFree = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  init(count: Int, waitingMax: Int) {
    free = count
    self.count = count
    self.waitingMax = waitingMax
    pthread_mutex_init(lock, nil)
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    // Else a jump of the wall clock would lengthen or end the wait.
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    pthread_cond_init(becameFree, &attributes)
    pthread_condattr_destroy(&attributes)
  }

  deinit {
    pthread_cond_destroy(becameFree)
    pthread_mutex_destroy(lock)
    becameFree.deallocate()
    lock.deallocate()
  }

  /// Runs the work at a free place.
  ///
  /// - Throws: `.busy` when none became free in time, else what the work throws.
  func occupy<Result>(
    waitMilliseconds: Int, _ work: () throws(Refusal) -> Result
  ) throws(Refusal) -> Result {
    guard take(before: deadline(afterMilliseconds: waitMilliseconds)) else {
      throw .busy(evidence: "too many passwords are being hashed")
    }
    defer { giveBack() }
    return try work()
  }

  /// What happens now, and how often there was no place in time.
  var figures: (running: Int, waiting: Int, refused: Int64) {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    return (count - free, waiting, refused)
  }

  private func deadline(afterMilliseconds milliseconds: Int) -> timespec {
    var deadline = timespec()
    clock_gettime(CLOCK_MONOTONIC, &deadline)
    let nanoseconds = deadline.tv_nsec + milliseconds % 1000 * 1_000_000
    deadline.tv_sec += milliseconds / 1000 + nanoseconds / 1_000_000_000
    deadline.tv_nsec = nanoseconds % 1_000_000_000
    return deadline
  }

  private func take(before deadline: timespec) -> Bool {
    var deadline = deadline
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    // Those who wait hold a worker each. Some workers must stay free for what needs no hash.
    guard free > 0 || waiting < waitingMax else {
      refused += 1
      return false
    }
    waiting += 1
    defer { waiting -= 1 }
    while free < 1 {
      if pthread_cond_timedwait(becameFree, lock, &deadline) != 0 { break }
    }
    guard free > 0 else {
      refused += 1
      return false
    }
    free -= 1
    return true
  }

  private func giveBack() {
    pthread_mutex_lock(lock)
    free += 1
    pthread_cond_signal(becameFree)
    pthread_mutex_unlock(lock)
  }
}
