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
    randomBytes: { count in
      var generator = SystemRandomNumberGenerator()
      return (0..<max(0, count)).map { _ in UInt8.random(in: 0...255, using: &generator) }
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

  /// A file's content, nil if it cannot be read or is longer than `bytesMax`.
  static func file(_ path: String, bytesMax: Int) -> [UInt8]? {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var content = [UInt8](repeating: 0, count: bytesMax + 1)
    let count = unsafe content.withUnsafeMutableBytes { buffer in
      unsafe read(descriptor, buffer.baseAddress, buffer.count)
    }
    return (0...bytesMax).contains(count) ? Array(content.prefix(count)) : nil
  }

  /// Writes a line to standard error, in one call, so that lines of several threads do not mix.
  static func writeError(_ line: [UInt8]) {
    _ = unsafe line.withUnsafeBytes { bytes in
      unsafe write(2, bytes.baseAddress, bytes.count)
    }
  }

  /// Ends the process with 78 (EX_CONFIG), having said why, a line for each reason.
  static func fail(_ program: String, _ reasons: [String]) -> Never {
    for reason in reasons { writeError(Array("\(program): \(reason)\n".utf8)) }
    exit(78)
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
