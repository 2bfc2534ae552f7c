// disk.c, compiled, and the switches of one disk that goes wrong.

import Foundation
import Support

/// A disk under a program: sound until a switch is turned.
final class FaultyDisk: Sendable {
  enum Switch: String {
    case lie, forget, stall
    case stallDatabase = "stall-database"
    case refuseDatabase = "refuse-database"
  }

  /// Whether disk.c could be compiled.
  static var isPossible: Bool { (try? library.get()) != nil }

  private let directory: TemporaryDirectory
  /// Puts a program on this disk.
  let environment: [String: String]

  init() throws {
    directory = try TemporaryDirectory()
    environment = ["LD_PRELOAD": try Self.library.get(), "DISK_SWITCHES": directory.path]
  }

  func turnOn(_ name: Switch) throws {
    try directory.write("", to: name.rawValue)
  }

  func turnOff(_ name: Switch) throws {
    try FileManager.default.removeItem(atPath: "\(directory.path)/\(name.rawValue)")
  }

  /// Whether somebody has begun to wait for it.
  var isStalled: Bool { FileManager.default.fileExists(atPath: "\(directory.path)/stalled") }

  /// Compiled once a run, into the folder of the build.
  private static let library: Result<String, any Error> = Result {
    let path = Checkout.root + "/.build/disk.so"
    let compiled = try runCommand(
      "gcc", ["-shared", "-fPIC", "-O2", "-o", path, Checkout.root + "/Tests/Faults/disk.c"])
    guard compiled.status == 0 else { throw CheckerFailure(message: compiled.errors) }
    return path
  }
}
