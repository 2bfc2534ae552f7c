// A lock, and waiting under it until something changed or a deadline passed.
//
// The standard library's Mutex has no condition to wait for.

import Glibc

/// A POSIX mutex. Sendable, since locking from many threads is what it is for.
final class Lock: @unchecked Sendable {
  fileprivate let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)

  init() {
    pthread_mutex_init(mutex, nil)
  }

  deinit {
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  func locked<T>(_ body: () -> T) -> T {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return body()
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
