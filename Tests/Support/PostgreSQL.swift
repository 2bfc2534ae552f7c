// The PostgreSQL server that Tests/run starts, for tests that are run on that engine too.

import Foundation

public enum PostgreSQL {
  /// Whether the tests that know both engines are run on this one: DOMPET_TEST_DATABASE says so.
  public static let isTried =
    ProcessInfo.processInfo.environment["DOMPET_TEST_DATABASE"] == "postgresql"
  /// Why a test is left out then.
  public static let notTried = "is about SQLite"

  /// Whether there is one.
  public static var hasServer: Bool { !server.isEmpty }

  private static let server =
    ProcessInfo.processInfo.environment["TEST_POSTGRESQL_URL"] ?? ""

  /// Debian's psql in PATH is a script that looks for the real one, ten times slower.
  private static let folder = "/usr/lib/postgresql/"
  private static let programs: String = {
    let versions = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return versions.max { (Int($0) ?? 0) < (Int($1) ?? 0) }.map { "\(folder)\($0)/bin/" } ?? ""
  }()
  public static let shell = programs + "psql"
  static let dump = programs + "pg_dump"

  /// A database with all tables, of which others are copies: that is sooner done than to migrate.
  private static let template: Result<String, any Error> = Result {
    let name = "tables_" + UUID().uuidString.lowercased().replacing("-", with: "")
    let url = try makeDatabase(name)
    let result = try runCommand(
      Checkout.program("dompet"), ["migrate"], environment: ["DATABASE_URL": url])
    guard result.status == 0 else { throw PostgreSQLRefused(message: result.errors) }
    return name
  }

  /// The database of this name; a new one unless it is there.
  /// - Parameter hasTables: whether a new one is not empty.
  /// - Returns: its URL, for the server's superuser.
  public static func makeDatabase(_ name: String, hasTables: Bool = false) throws -> String {
    let origin = hasTables ? try template.get() : "template1"
    let made = try ask("CREATE DATABASE \(name) TEMPLATE \(origin)", at: server)
    guard made.status == 0 || made.errors.contains("already exists") else {
      throw PostgreSQLRefused(message: made.errors)
    }
    let start = server.lastIndex(of: "/").map { server[...$0] } ?? ""
    return start + name
  }

  public static func removeDatabase(_ name: String) {
    _ = try? run("DROP DATABASE IF EXISTS \(name) WITH (FORCE)", at: server)
  }

  /// - Parameter url: as it was given when it was made.
  public static func removeDatabase(at url: String) {
    removeDatabase(String(url.split(separator: "/").last ?? ""))
  }

  /// The rows of a statement, columns separated by `|`.
  @discardableResult
  public static func run(_ statement: String, at url: String) throws -> [String] {
    let result = try ask(statement, at: url)
    guard result.status == 0 else { throw PostgreSQLRefused(message: result.errors) }
    return result.output.split(separator: "\n").map { String($0) }
  }

  /// The same as psql ends, with truth as 1 and 0.
  public static func ask(_ statement: String, at url: String) throws -> CommandResult {
    let result = try runCommand(
      shell, ["-XAtq", "-v", "ON_ERROR_STOP=1", "-c", statement, url],
      environment: Stack.environment)
    let lines = result.output.split(separator: "\n", omittingEmptySubsequences: false)
    let rows = lines.map { row in
      row.split(separator: "|", omittingEmptySubsequences: false)
        .map { ["t": "1", "f": "0"][$0] ?? String($0) }.joined(separator: "|")
    }
    return CommandResult(
      status: result.status, output: rows.joined(separator: "\n"), errors: result.errors)
  }
}

public struct PostgreSQLRefused: Error {
  public let message: String
}
