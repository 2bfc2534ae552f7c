// A lock, and waiting under it until something changed or a deadline passed.
//
// The standard library's Mutex has no condition to wait for, and spins before it sleeps: with many
// more threads than processors, whoever it waits for seldom runs meanwhile (measured: a fifth of
// the processor's time at 256 connections).

import Glibc

/// A POSIX mutex. Sendable, since locking from many threads is what it is for.
public final class Lock: @unchecked Sendable {
  fileprivate let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)

  public init() {
    pthread_mutex_init(mutex, nil)
  }

  deinit {
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  public func locked<T>(_ body: () -> T) -> T {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return body()
  }

  /// The same, unless somebody holds it now: then nothing is done, and this is false.
  public func lockedIfFree(_ body: () -> Void) -> Bool {
    guard pthread_mutex_trylock(mutex) == 0 else { return false }
    defer { pthread_mutex_unlock(mutex) }
    body()
    return true
  }
}

/// A POSIX condition variable on the monotonic clock. Sendable, since signalling from another
/// thread is what it is for.
final class Condition: @unchecked Sendable {
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  init() {
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    pthread_cond_init(condition, &attributes)
    pthread_condattr_destroy(&attributes)
  }

  deinit {
    pthread_cond_destroy(condition)
    condition.deallocate()
  }

  func signal() {
    pthread_cond_signal(condition)
  }

  /// Gives up `lock`, which the caller holds, waits, and takes it again. It may return early
  /// without a signal: look again at what you wait for.
  func wait(with lock: Lock, until deadline: Deadline) {
    var moment = deadline.timespec
    pthread_cond_timedwait(condition, lock.mutex, &moment)
  }
}
