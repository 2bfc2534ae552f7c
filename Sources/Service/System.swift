// The few things that are asked of the operating system by its C library: the clock, randomness,
// the environment, small files, standard error. Each is wrapped once, here.

import Domain
import Glibc

extension World {
  /// The machine's clock, and the kernel's random generator through Swift's.
  public static let real = World(
    now: {
      var time = timespec()
      _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
      return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
    },
    monotonicMilliseconds: { System.monotonicNanoseconds() / 1_000_000 },
    wait: { System.sleep(milliseconds: $0) },
    randomBytes: { count in
      // Eight at a time: each number is a call of the kernel.
      var generator = SystemRandomNumberGenerator()
      var bytes: [UInt8] = []
      while bytes.count < count {
        let number = generator.next()
        bytes += (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
      }
      return Array(bytes.prefix(count))
    })
}

/// What a command says to the person before the screen.
public enum Terminal {
  /// A line on standard error, so that standard output stays for programs.
  public static func error(_ line: String) {
    System.writeError(Array("\(line)\n".utf8))
  }
}

enum System {
  /// An environment variable; nil if it is not set or empty.
  static func variable(_ name: String) -> [UInt8]? {
    guard let value = unsafe getenv(name) else { return nil }
    let length = unsafe strlen(value)
    let bytes = unsafe UnsafeRawBufferPointer(start: value, count: length)
    return unsafe length == 0 ? nil : Array(bytes)
  }

  /// Whether something lies at the path, readable or not.
  static func isThere(_ path: String) -> Bool {
    unsafe access(path, F_OK) == 0 || (errno != ENOENT && errno != ENOTDIR)
  }

  /// A file's content, nil if it cannot be read or is longer than `bytesMax`.
  static func file(_ path: String, bytesMax: Int) -> [UInt8]? {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var content: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 4096)
    while content.count <= bytesMax {
      let count = unsafe piece.withUnsafeMutableBytes { buffer in
        unsafe read(descriptor, buffer.baseAddress, buffer.count)
      }
      guard count > 0 else { return count == 0 ? content : nil }
      content += piece.prefix(count)
    }
    return nil
  }

  /// Writes lines to standard error, in one call where it takes them at once.
  static func writeError(_ lines: [UInt8]) {
    unsafe lines.withUnsafeBytes { bytes in
      var rest = unsafe bytes[...]
      while unsafe !rest.isEmpty {
        let piece = unsafe UnsafeRawBufferPointer(rebasing: rest)
        let written = unsafe write(2, piece.baseAddress, piece.count)
        guard written > 0 || (written < 0 && errno == EINTR) else { return }
        unsafe rest = rest.dropFirst(max(0, written))
      }
    }
  }

  /// Ends the process with 78 (EX_CONFIG), having said why, a line for each reason.
  static func fail(_ program: String, _ reasons: [String]) -> Never {
    for reason in reasons { writeError(Array("\(program): \(reason)\n".utf8)) }
    exit(78)
  }

  /// What a parent may have left otherwise: signals that end the process are let through while it
  /// starts, and it leaves no core, which would hold its secrets.
  static func settleIn() {
    var none = sigset_t()
    _ = unsafe sigemptyset(&none)
    _ = unsafe pthread_sigmask(SIG_SETMASK, &none, nil)
    var noCore = rlimit(rlim_cur: 0, rlim_max: 0)
    _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &noCore)
  }

  /// Room that programs have left on the file system of a path; nil if nobody can say.
  static func freeBytes(_ path: String) -> Int64? {
    var found = statvfs()
    guard unsafe statvfs(path, &found) == 0 else { return nil }
    return Int64(
      clamping: UInt64(found.f_bavail).multipliedReportingOverflow(
        by: UInt64(found.f_frsize)
      ).partialValue)
  }

  static func sleep(milliseconds: Int64) {
    let (seconds, rest) = max(0, milliseconds).quotientAndRemainder(dividingBy: 1000)
    var time = timespec(tv_sec: Int(seconds), tv_nsec: Int(rest) * 1_000_000)
    var left = timespec()
    while unsafe nanosleep(&time, &left) != 0, errno == EINTR { time = left }
  }

  /// Ends the process.
  static func end(_ status: Int32) -> Never {
    exit(status)
  }

  /// Nanoseconds on a clock that never goes back.
  static func monotonicNanoseconds() -> Int64 {
    var time = timespec()
    _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
