// Another process that has its hand on the database.

import Foundation
import Support

/// SQLite's shell, or flock(1), holding something until it is told to let go.
final class Holder {
  private let child: Child
  private let directory: TemporaryDirectory
  private var signal: String { directory.path + "/hold" }
  private var isHeld: String { directory.path + "/held" }

  enum Grip: String, CaseIterable, Sendable {
    /// The file that writers of all processes queue at.
    case turnstile = "the turnstile's lock"
    /// SQLite's own.
    case transaction = "BEGIN IMMEDIATE"
    /// A read transaction, which keeps the log from beginning anew.
    case snapshot = "a reader"
  }

  /// Returns when it holds.
  init(_ grip: Grip, on database: String) throws {
    directory = try TemporaryDirectory()
    let hold =
      "touch \(directory.path)/held; while [ -e \(directory.path)/hold ]; do sleep 0.05; done"
    try directory.write("", to: "hold")
    if grip == .turnstile {
      child = try Child("flock", [database + ".lock", "sh", "-c", hold])
    } else {
      let begin = grip == .snapshot ? "BEGIN; SELECT count(*) FROM users;" : "BEGIN IMMEDIATE;"
      child = try Child(
        "sqlite3", ["-batch", "-bail", "-cmd", ".timeout 20000", database],
        input: Array("\(begin)\n.shell \(hold)\nCOMMIT;\n".utf8))
    }
    while !FileManager.default.fileExists(atPath: isHeld) {
      guard child.wait(timeoutSeconds: 0.005) == nil else {
        throw CheckerFailure(message: child.errors)
      }
    }
  }

  deinit { child.signal(SIGKILL, toGroup: true) }

  /// Returns when it has let go.
  func letGo() throws {
    try FileManager.default.removeItem(atPath: signal)
    guard child.wait(timeoutSeconds: 30) == 0 else { throw CheckerFailure(message: child.errors) }
  }
}
