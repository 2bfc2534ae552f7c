// A signal to this very thread that ends a blocking system call.

import CSQLite
import Domain
import Glibc

/// The signal is SIGRTMIN+1 with a handler that does nothing, installed once and without
/// SA_RESTART. It is sent to no thread but the one that asked for it, and only while it waits.
enum Alarm {
  /// Runs `body`; from the deadline on, its system calls end with EINTR.
  ///
  /// The signal repeats every 10 ms: a single one could come just before the call that it is
  /// meant to end.
  static func ringing<T>(
    at deadline: Deadline, _ body: () throws(Refusal) -> T
  ) throws(Refusal) -> T {
    var own = sigset_t()
    var blocked = sigset_t()
    sigemptyset(&own)
    sigaddset(&own, signal)
    var timer: timer_t?
    guard dompet_timer_for_this_thread(&timer) == 0 else {
      throw .busy(evidence: "no timer: errno \(errno)")
    }
    pthread_sigmask(SIG_UNBLOCK, &own, &blocked)
    defer {
      timer_delete(timer)
      pthread_sigmask(SIG_SETMASK, &blocked, nil)
    }
    var times = itimerspec()
    times.it_value = deadline.timespec
    times.it_interval.tv_nsec = 10_000_000
    timer_settime(timer, Int32(TIMER_ABSTIME), &times, nil)
    return try body()
  }

  private static let signal: Int32 = {
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { _ in }
    sigaction(dompet_timer_signal(), &action, nil)
    return dompet_timer_signal()
  }()
}
