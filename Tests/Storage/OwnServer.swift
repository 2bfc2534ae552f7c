// A PostgreSQL server that one test has for itself, to crash it and to set it otherwise.

import Foundation
import Storage
import Support
import Testing

final class OwnServer {
  /// As its superuser, of the database `postgres`.
  let url: String
  private let folder: TemporaryDirectory
  private let socket: String
  private var child: Child?

  /// Makes its data, and starts it.
  /// - Parameter settings: `name=value`.
  init(_ settings: String...) throws {
    folder = try TemporaryDirectory()
    let made = try OwnServer.run("make_postgresql \"$1\" && make_postgresql_socket", folder)
    socket = made.trimmingCharacters(in: .newlines)
    url = "postgresql://postgres@\(socket.replacing("/", with: "%2F"))/postgres"
    try start(settings)
  }

  deinit {
    crash()
    _ = try? OwnServer.run("rm -rf \"$(readlink -f \"$1\")\" \(socket)", folder)
  }

  /// Returns when it answers.
  func start(_ settings: [String] = []) throws {
    let script = OwnServer.script("become_postgresql \"$1\" \"${@:2}\"")
    let words = [OwnServer.data(folder)] + settings.flatMap { ["-c", $0] }
    child = try Child(
      "bash", ["-c", "postgresql_socket=\(socket); \(script)", "bash"] + words)
    for _ in 0..<600 where (try? Server.run("SELECT 1", at: url)) == nil { usleep(50_000) }
    try Server.run("SELECT 1", at: url)
  }

  /// Ends it without a checkpoint, as a crash would: it must recover at the next start.
  func crash() {
    child?.signal(SIGQUIT)
    _ = child?.wait(timeoutSeconds: 30)
  }

  /// From the next start on, it follows another server.
  func becomeStandby() throws {
    _ = try OwnServer.run(
      "as_postgresql touch \"$(readlink -f \"$1\")/data/standby.signal\"", folder)
  }

  func location() throws -> DatabaseLocation { .server(try #require(ServerURL(url))) }

  private static func run(_ command: String, _ folder: TemporaryDirectory) throws -> String {
    let words = ["-c", script(command) + "; echo \"$postgresql_socket\"", "bash", data(folder)]
    let result = try runCommand("bash", words)
    try #require(result.status == 0, "\(result.errors)")
    return result.output
  }

  private static func script(_ command: String) -> String {
    """
    set -e
    fail() { printf '%s\\n' "$@" >&2; exit "$1"; }
    . \(Checkout.root)/nginx/postgresql.bash
    \(command)
    """
  }

  private static func data(_ folder: TemporaryDirectory) -> String { folder.path + "/server" }
}
