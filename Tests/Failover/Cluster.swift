// Two PostgreSQL servers that fail over (`cluster`), and the hand that kills, cuts and heals them.

import Foundation
import Programs
import Support

/// A cluster with an empty database. It ends with this object.
final class Cluster: Sendable {
  /// When a commit counts as done.
  enum Commit: String {
    /// When it is on the standby too, as shipped.
    case replicated = "on"
    /// When it is on the primary.
    case local
  }

  /// The programs, built with the engine for PostgreSQL.
  static let programs = Checkout.root + "/.build-postgresql/release"

  /// Names both servers. As the owner of all tables.
  let url: String
  private let folder: TemporaryDirectory
  private let child: Child
  private static let command = Checkout.root + "/Tests/Failover/cluster"

  /// Returns when there is a primary with a synchronous standby.
  init(commit: Commit = .replicated) throws {
    let folder = try TemporaryDirectory()
    let child = try Child(Self.command, ["start", folder.path, commit.rawValue])
    // Also when this process ends without destroying its objects.
    child.keepUntilExit(folder)
    var url = ""
    _ = patiently(seconds: 90) {
      url = child.output.trimmingCharacters(in: .newlines)
      return !url.isEmpty || child.wait(timeoutSeconds: 0) != nil
    }
    guard !url.isEmpty else { throw ClusterFailure(message: child.errors) }
    (self.url, self.folder, self.child) = (url, folder, child)
  }

  deinit {
    child.signal(SIGTERM)
    _ = child.wait(timeoutSeconds: 40)
  }

  /// The URL of a login.
  func url(of login: String) -> String {
    url.replacing("//postgres@", with: "//\(login)@")
  }

  /// Makes the primary fail, and says which server that was.
  func suffer(_ fault: Fault) throws -> String {
    try run("\(fault.rawValue)-primary").trimmingCharacters(in: .newlines)
  }

  /// Starts what was killed and joins what was cut off.
  func heal() throws {
    _ = try run("heal")
  }

  /// What each server is now: "primary", "standby" while commits wait for it, "replica", "away".
  func roles() throws -> [String: String] {
    let words = try run("status").split { $0 == "\n" || $0 == " " }.map { String($0) }
    let pairs = stride(from: 0, to: words.count - 1, by: 2).map { (words[$0], words[$0 + 1]) }
    return Dictionary(uniqueKeysWithValues: pairs)
  }

  /// Whether one server is the primary and the other its synchronous standby.
  func isWhole() throws -> Bool {
    try roles().values.sorted() == ["primary", "standby"]
  }

  /// The rows that the primary gives, columns separated by `|`.
  @discardableResult
  func sql(_ statements: String) throws -> [String] {
    let options = ["-XqAt", "-v", "ON_ERROR_STOP=1", "-d", url, "-f", "-"]
    let result = try runCommand("psql", options, input: Array(statements.utf8))
    guard result.status == 0 else { throw ClusterFailure(message: result.errors) }
    return result.output.split(separator: "\n").map { String($0) }
  }

  private func run(_ command: String) throws -> String {
    let result = try runCommand(Self.command, [command, folder.path])
    guard result.status == 0 else { throw ClusterFailure(message: result.errors) }
    return result.output
  }
}

/// What happens to a primary.
enum Fault: String, CaseIterable, Sendable {
  /// kill -9 of all that runs on its machine.
  case kill
  /// Neither its standby nor etcd can be reached any more, while clients still reach it.
  case cut
  /// It is dead, and nothing says so: connections are not reset, and get no answer.
  case lose
}

struct ClusterFailure: Error {
  let message: String
}

/// Asks again and again. The bound only tells "at some time" from "never".
/// - Returns: how many seconds it took; nil if it did not come about.
func patiently(seconds: Double = 60, _ condition: () throws -> Bool) rethrows -> Double? {
  let begin = DispatchTime.now()
  while true {
    let isSo = try condition()
    let elapsed = Double(DispatchTime.now().uptimeNanoseconds - begin.uptimeNanoseconds) / 1e9
    if isSo { return elapsed }
    if elapsed > seconds { return nil }
    usleep(100_000)
  }
}
