// A clock that programs believe, and a test sets: libfaketime.

import Foundation
import Support

/// The time of day of the programs that run with its environment; what they measure durations with
/// goes on as it is.
final class Clock: Sendable {
  private let directory: TemporaryDirectory

  /// Where Debian's package puts it; nil if it is not installed.
  static let library: String? = {
    let folder = "/usr/lib/\(architecture)-linux-gnu/faketime/"
    let path = folder + "libfaketimeMT.so.1"
    return FileManager.default.fileExists(atPath: path) ? path : nil
  }()

  #if arch(arm64)
    private static let architecture = "aarch64"
  #else
    private static let architecture = "x86_64"
  #endif

  static let hour = 3600
  static let day = 24 * hour
  static let year = 365 * day

  init() throws {
    directory = try TemporaryDirectory()
    try set(0)
  }

  /// Puts a program under this clock.
  var environment: [String: String] {
    [
      "LD_PRELOAD": Self.library ?? "", "FAKETIME_TIMESTAMP_FILE": directory.path + "/clock",
      "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    ]
  }

  /// From now on it shows so many seconds more than it is.
  func set(_ seconds: Int) throws {
    let text = seconds < 0 ? "\(seconds)" : "+\(seconds)"
    try text.write(toFile: directory.path + "/clock", atomically: true, encoding: .utf8)
  }
}
