// Every system call of every write path is killed, and fails: nothing is promised that is not
// there, nothing stands by halves, and the same request made again ends well.

import Foundation
import Programs
import Support
import Testing

@Suite(
  "A program that is killed, or fails, at any system call of a request that writes",
  .enabled(if: Site.isBuilt && Checkout.isBuilt("dompet"), "needs swift build -c release"),
  .enabled(if: Tracer.isPossible, "strace is not there, or may not trace"))
struct SweepTests {
  @Test("keeps what it promised, and nothing by halves", arguments: Endpoint.allCases)
  func sweep(_ endpoint: Endpoint) throws {
    let sweep = try Sweep(of: endpoint)
    let lines = try sweep.trace()
    let calls = count(lines)
    Report.calls(endpoint.rawValue, calls)
    #expect((calls["fdatasync"] ?? 0) + (calls["fsync"] ?? 0) > 0)
    #expect((calls["pwrite64"] ?? 0) > 0)
    #expect(lines.contains { $0.contains(/\ write\(\d+<[^>]*(socket|UNIX)/) }, "\(lines)")
    for fault in Fault.allCases {
      var tried = 0
      let (lost, doubled) = (sweep.lost, sweep.doubled)
      for call in calls.keys.sorted() where isSwept(call, fault) {
        var number = 1
        while try sweep.attempt(call, number, fault) { number += 1 }
        tried += number - 1
        // How often a provider is polled, or memory wanted, differs; the writing does not.
        if Self.failing.contains(call) {
          #expect(number >= calls[call, default: 1], "\(call) was reached \(number - 1) times")
        }
      }
      Report.fault(
        "\(endpoint.rawValue): \(fault.rawValue) at every call", tried: tried,
        lost: sweep.lost - lost, doubled: sweep.doubled - doubled)
      #expect(tried > 0)
    }
  }

  /// Calls that change nothing outside of the process: a kill at one of them is a kill at the next
  /// that does. A long run kills there too.
  private static let inner: Set = [
    "brk", "fchown", "geteuid", "getpeername", "getpid", "getrandom", "getsockname", "getsockopt",
    "gettid", "madvise", "mmap", "mprotect", "munmap", "newfstatat", "pread64", "rt_sigprocmask",
    "setsockopt", "sysinfo",
  ]
  /// Calls on the disk and to the client, of whose failure a program is told.
  private static let failing: Set = [
    "pwrite64", "fdatasync", "fsync", "ftruncate", "fallocate", "flock", "write", "openat",
  ]
  /// Reading, locking and the provider: in a long run they fail as well.
  private static let failingInLongRuns: Set = ["pread64", "fcntl", "sendto", "recvfrom"]

  private func isSwept(_ call: String, _ fault: Fault) -> Bool {
    let isLong = Scale.factor > 1
    if fault == .kill { return isLong || !Self.inner.contains(call) }
    return Self.failing.contains(call) || (isLong && Self.failingInLongRuns.contains(call))
  }

  /// The calls of the one worker by name, without the wait for the next request.
  private func count(_ lines: [String]) -> [String: Int] {
    let names = lines.compactMap { line in
      line.firstMatch(of: /^\[pid +\d+\] (?<name>[a-z][a-z0-9_]*)\(/).map { String($0.name) }
    }
    return Dictionary(names.map { ($0, 1) }, uniquingKeysWith: +)
      .filter { !["accept", "accept4", "rt_sigtimedwait", "futex"].contains($0.key) }
  }
}
