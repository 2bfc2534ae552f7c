// strace, attached to a running program: it lists system calls, or makes one of them go wrong.

import Foundation
import Support

/// What happens instead of a system call.
enum Fault: String, CaseIterable, Sendable {
  case kill = "KILL"
  case inputOutputError = "EIO"
  case noSpace = "ENOSPC"
  case noDescriptor = "EMFILE"
  case interrupted = "EINTR"

  var injection: String { self == .kill ? "signal=KILL" : "error=\(rawValue)" }

  /// Whether it is tried at the calls of this name.
  func isSwept(_ call: String) -> Bool {
    let isLong = Scale.factor > 1
    if PostgreSQL.isTried, !isLong { return onServer.contains(call) }
    return switch self {
    case .kill: isLong ? call != "accept" : !Self.inner.contains(call)
    // A program of a server has no disk that could be full.
    case .noSpace where PostgreSQL.isTried: false
    case .inputOutputError, .noSpace:
      Self.writing.contains(call) || (isLong && Self.reading.contains(call))
    case .noDescriptor: ["accept", "openat", "socket"].contains(call)
    case .interrupted:
      Self.waiting.contains(call) || (isLong && Self.writing.union(Self.reading).contains(call))
    }
  }

  /// What a program says to a server, hears from it, and answers. A long run sweeps all there is,
  /// and failed sendings: after one, libpq waits till the deadline for what the server may yet say.
  private var onServer: Set<String> {
    switch self {
    case .kill: ["sendto", "write"]
    case .inputOutputError: ["recvfrom", "write"]
    case .noSpace: []
    case .noDescriptor: ["accept", "socket"]
    case .interrupted: ["poll", "write"]
    }
  }

  /// On the disk, or to and from the database's server, and to the client, of whose failure a
  /// program is told.
  static let writing: Set =
    PostgreSQL.isTried
    ? ["sendto", "recvfrom", "write", "openat"]
    : ["pwrite64", "fdatasync", "fsync", "ftruncate", "fallocate", "flock", "write", "openat"]
  /// Reading, locking and the provider: in a long run they fail as well.
  private static let reading: Set = ["pread64", "fcntl", "sendto", "recvfrom"]
  /// In which a signal may find a thread.
  private static let waiting: Set = [
    "accept", "connect", "fdatasync", "flock", "poll", "pwrite64", "read", "recvfrom", "sendto",
    "write",
  ]
  /// What changes nothing outside of the process: a kill there is a kill at the next call that
  /// does. A long run kills there too.
  private static let inner: Set = receiving.union([
    "accept", "brk", "fchown", "geteuid", "getpeername", "getpid", "getrandom", "getsockname",
    "getsockopt", "gettid", "madvise", "mmap", "mprotect", "munmap", "newfstatat", "pread64",
    "rt_sigprocmask", "setsockopt", "sysinfo",
  ])
  /// A server that was sent something does it, whether its answer is still received or not.
  private static let receiving: Set<String> = PostgreSQL.isTried ? ["poll", "recvfrom"] : []
}

/// A tracer of one process and all its threads; gone with this object, or with the process.
final class Tracer {
  private let child: Child

  /// Whether this machine lets one process trace another.
  static let isPossible: Bool =
    (try? runCommand("strace", ["-qq", "-o", "/dev/null", "true"]))?.status == 0

  /// Returns when every thread is traced.
  /// - Parameters:
  ///   - call: the name of a system call, or `all`.
  ///   - fault: happens at the call's nth time in a thread, counted from now.
  init(_ process: pid_t, call: String, fault: Fault? = nil, when number: Int = 1) throws {
    let injection =
      fault.map { ["-e", "inject=\(call):\($0.injection):when=\(number)"] } ?? []
    child = try Child(
      "strace", ["-f", "-y", "-p", "\(process)", "-e", "trace=\(call)"] + injection)
    while !(child.errors.contains(" attached") && Self.isTraced(process)) {
      guard child.wait(timeoutSeconds: 0.002) == nil else {
        throw TracerFailure(message: child.errors)
      }
    }
  }

  deinit { child.signal(SIGKILL) }

  /// The lines of the traced calls, once the process has ended.
  func lines() throws -> [String] {
    guard child.wait(timeoutSeconds: 30) != nil else {
      throw TracerFailure(message: "strace does not end")
    }
    return child.errors.split(separator: "\n").map { String($0) }
  }

  private static func isTraced(_ process: pid_t) -> Bool {
    let folder = "/proc/\(process)/task"
    let threads = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return threads.allSatisfy { thread in
      let status = try? String(contentsOfFile: "\(folder)/\(thread)/status", encoding: .utf8)
      return status?.contains("TracerPid:\t0\n") == false
    }
  }
}

struct TracerFailure: Error {
  let message: String
}
