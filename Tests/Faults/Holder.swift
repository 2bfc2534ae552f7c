// Another process that has its hand on the database.

import Foundation
import Support

/// The engine's shell, or flock(1), holding something until it is told to let go.
final class Holder {
  private let child: Child
  private let directory: TemporaryDirectory
  private var signal: String { directory.path + "/hold" }
  private var isHeld: String { directory.path + "/held" }

  enum Grip: String, CaseIterable, Sendable {
    /// The file that writers of all processes queue at.
    case turnstile = "the turnstile's lock"
    /// SQLite's own; on a server, one that every event waits for, and no reader.
    case transaction = "the writers' lock"
    /// A read transaction, which keeps the log from beginning anew.
    case snapshot = "a reader"

    fileprivate var onServer: String {
      self == .snapshot
        ? "SELECT count(*) FROM users"
        : "LOCK TABLE webhook_events IN EXCLUSIVE MODE"
    }
  }

  /// Returns when it holds.
  init(_ grip: Grip, on url: String) throws {
    directory = try TemporaryDirectory()
    let hold =
      "touch \(directory.path)/held; while [ -e \(directory.path)/hold ]; do sleep 0.05; done"
    try directory.write("", to: "hold")
    let file = Shell.path(of: url)
    if grip == .turnstile {
      child = try Child("flock", [file + ".lock", "sh", "-c", hold])
    } else if PostgreSQL.isTried {
      child = try Child(
        PostgreSQL.shell, ["-Xq", "-v", "ON_ERROR_STOP=1", url],
        input: Array("BEGIN;\n\(grip.onServer);\n\\! \(hold)\nCOMMIT;\n".utf8))
    } else {
      let begin = grip == .snapshot ? "BEGIN; SELECT count(*) FROM users;" : "BEGIN IMMEDIATE;"
      child = try Child(
        "sqlite3", ["-batch", "-bail", "-cmd", ".timeout 20000", file],
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
