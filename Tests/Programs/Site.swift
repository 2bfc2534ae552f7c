// A folder with a database and the settings that all programs on it share, and a view of that
// database from outside, through its engine's own shell.

import Foundation
import Support
import Synchronization

public final class Site: Sendable {
  public static let jwtSecret = "canary-jwt-secret-of-the-process-tests"
  public static let webhookToken = "canary-callback-token"
  public static let secretKey = "xnd_development_canary"

  public static let programs = [
    "dompet-auth", "dompet-wallets", "dompet-payments", "dompet-webhook",
  ]
  public static var isBuilt: Bool { programs.allSatisfy { Checkout.isBuilt($0) } }

  public let directory: TemporaryDirectory
  public let environment: [String: String]
  /// Of the database.
  public var url: String { environment["DATABASE_URL"] ?? "" }
  private let listeners = Mutex(0)
  /// On a server.
  private let database: String

  /// - Parameters:
  ///   - environment: settings that win over the usual ones.
  ///   - hasTables: whether a server's database has them already; a file is made by a program.
  public init(_ environment: [String: String] = [:], hasTables: Bool = true) throws {
    directory = try TemporaryDirectory()
    database = "site_" + UUID().uuidString.lowercased().replacing("-", with: "")
    let url =
      PostgreSQL.isTried
      ? try PostgreSQL.makeDatabase(database, hasTables: hasTables)
      : "sqlite:\(directory.path)/dompet.db"
    let settings = [
      "DATABASE_URL": url, "WORKER_THREADS": "4",
      "JWT_ACCESS_SECRET": Site.jwtSecret, "XENDIT_WEBHOOK_TOKEN": Site.webhookToken,
      "XENDIT_SECRET_KEY": Site.secretKey, "XENDIT_BASE_URL": "http://127.0.0.1:9",
    ]
    self.environment = settings.merging(environment) { $1 }
  }

  deinit {
    if PostgreSQL.isTried { PostgreSQL.removeDatabase(database) }
  }

  public func makeListener() throws -> Listener {
    let number = listeners.withLock { count in
      count += 1
      return count
    }
    return try Listener(path: "\(directory.path)/\(number).sock")
  }

  /// Starts a program and waits until it has answered, so the database has its tables.
  /// - Parameter folder: where the program lies.
  public func start(
    _ name: String, threads: Int = 4, environment: [String: String] = [:],
    listener: Listener? = nil, blocked: [Int32] = [], folder: String = Checkout.programs
  ) throws -> Program {
    let settings = self.environment.merging(["WORKER_THREADS": "\(threads)"]) { $1 }
    let program = try Program(
      path: "\(folder)/\(name)", listener: try listener ?? makeListener(),
      environment: settings.merging(environment) { $1 },
      errorsPath: "\(directory.path)/\(name).log", blocked: blocked)
    _ = try program.get("/healthz")
    return program
  }

  /// Runs a program that ends by itself. An empty value is a variable that is not set.
  public func run(
    _ name: String, arguments: [String] = [], environment: [String: String] = [:],
    input: [UInt8] = []
  ) throws -> CommandResult {
    let settings = self.environment.merging(environment) { $1 }.filter { !$0.value.isEmpty }
    return try runCommand(
      Checkout.program(name), arguments, environment: settings, input: input)
  }

  /// The rows of a query, columns separated by `|`.
  @discardableResult
  public func sql(_ statements: String) throws -> [String] {
    try Shell.run(statements, at: url)
  }

  /// The one number that a query gives.
  public func number(_ query: String) throws -> Int {
    try sql(query).first.flatMap { Int($0) } ?? -1
  }
}
