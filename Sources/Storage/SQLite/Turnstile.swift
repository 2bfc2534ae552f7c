// The line in which the writers of all processes stand.

import Domain
import Glibc

/// An exclusive lock on the file `<database>.lock`, held around each group of writes, and where a
/// checkpoint begins. It ends with the process that holds it, however that ends.
///
/// It blocks in flock(2), since whoever asks again and again instead starves: the kernel wakes
/// those who wait.
final class Turnstile: Sendable {
  private let descriptor: Int32

  /// Creates the file where needed.
  init(beside path: String) throws(Refusal) {
    let file = path + ".lock"
    let created = SharedFile.create(file, O_RDONLY)
    let isThere = created < 0 && errno == EEXIST
    descriptor = isThere ? open(file, O_RDONLY | O_CLOEXEC) : created
    guard descriptor >= 0 else {
      throw .busy(evidence: "\(file): errno \(errno)")
    }
  }

  deinit {
    close(descriptor)
  }

  /// Throws `.busy` when the turnstile is not free by the deadline. One thread of a process at a
  /// time may call this: to flock(2), all of them are one.
  func enter(until deadline: Deadline) throws(Refusal) {
    if deadline.isPast { throw .busy(evidence: "no time was left for the turnstile") }
    if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return }
    try Alarm.ringing(at: deadline) { () throws(Refusal) in
      while flock(descriptor, LOCK_EX) != 0 {
        guard errno == EINTR else { throw .busy(evidence: "flock: errno \(errno)") }
        if deadline.isPast { throw .busy(evidence: "the turnstile was not free in time") }
      }
    }
  }

  func leave() {
    flock(descriptor, LOCK_UN)
  }
}
