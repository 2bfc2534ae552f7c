// The whole product, started as a user starts it.

import Foundation

/// `nginx/run` on a free port and a folder of its own, ready to be asked.
public final class Stack: Sendable {
  public static let programs = [
    "dompet-auth", "dompet-wallets", "dompet-payments", "dompet-webhook",
  ]

  public let port: UInt16
  public let directory: String
  private let database: String
  private let hasOwnServer: Bool
  private let child: Child
  private let temporary: TemporaryDirectory?

  /// Whether there is something to start; `swift build -c release` makes it so.
  public static var isBuilt: Bool {
    (programs + ["dompet-sandbox"]).allSatisfy { Checkout.isBuilt($0) }
  }
  public static let notBuilt: String = "needs the release build"

  /// One that all tests of this process may use: without rate limit, stopped when the process ends.
  public static let shared: Result<Stack, any Error> = Result {
    try Stack(["--no-rate-limit"]).keptUntilExit()
  }

  /// Starts it and waits until it is ready.
  /// - Parameters:
  ///   - directory: where its state lies; a folder that goes with this object when nil.
  ///   - environment: settings that win over generated ones.
  ///   - hasOwnServer: of PostgreSQL; else it has a database of the tests' one.
  public init(
    _ arguments: [String] = [], directory: String? = nil, environment: [String: String] = [:],
    hasOwnServer: Bool = false
  ) throws {
    temporary = directory == nil ? try TemporaryDirectory() : nil
    self.directory = directory ?? temporary?.path ?? ""
    port = try freePort()
    self.hasOwnServer = hasOwnServer
    database = hasOwnServer ? "" : try Self.database(of: self.directory)
    let engine =
      PostgreSQL.isTried ? (["--database", "postgresql"], ["DATABASE_URL": database]) : ([], [:])
    child = try Child(
      Checkout.root + "/nginx/run",
      ["--no-build", "--quiet", "--port", "\(port)", "--directory", self.directory]
        + engine.0 + arguments,
      environment: Self.environment.merging(engine.1) { $1 }.merging(environment) { $1 })
    try awaitURL()
  }

  deinit {
    stop()
    guard temporary != nil, PostgreSQL.isTried else { return }
    if hasOwnServer { removeOwnServer() } else { PostgreSQL.removeDatabase(at: database) }
  }

  /// Its data lie elsewhere where root runs this.
  public func removeOwnServer() {
    let folder = URL(filePath: directory + "/postgresql").resolvingSymlinksInPath()
    try? FileManager.default.removeItem(at: folder)
  }

  /// Of the database, for whoever goes past the programs.
  public var url: String {
    guard hasOwnServer else { return database }
    let place = settings["DATABASE_URL"]?.split(separator: "@").last ?? ""
    return "postgresql://postgres@\(place)"
  }

  /// Each folder has one, whoever starts on it: a file in it, or a database of the tests' server.
  private static func database(of directory: String) throws -> String {
    guard PostgreSQL.isTried else { return "sqlite:\(directory)/dompet.db" }
    let name = directory.lowercased().filter { $0.isASCII && ($0.isLetter || $0.isNumber) }
    return try PostgreSQL.makeDatabase("stack_" + name.suffix(50), hasTables: true)
  }

  /// The rows of a query past the programs, columns separated by `|`.
  @discardableResult
  public func sql(_ statements: String) throws -> [String] { try Shell.run(statements, at: url) }

  /// For one that many tests share, in a static, which nobody destroys: stopped, and its folder
  /// removed, when the process ends.
  public func keptUntilExit() -> Stack {
    if let temporary { child.keepUntilExit(temporary) } else { child.keepUntilExit() }
    return self
  }

  /// The settings in force, as in `dompet.env`.
  public var settings: [String: String] {
    let lines = (try? String(contentsOfFile: directory + "/dompet.env", encoding: .utf8)) ?? ""
    let pairs = lines.split(separator: "\n").map { $0.split(separator: "=", maxSplits: 1) }
    return Dictionary(pairs.filter { $0.count == 2 }.map { (String($0[0]), String($0[1])) }) { $1 }
  }

  /// The process that a program runs in now.
  public func processID(of program: String) -> pid_t? {
    let text = try? String(contentsOfFile: "\(directory)/pids/\(program).pid", encoding: .utf8)
    return text.flatMap { pid_t($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
  }

  /// What a program has logged so far.
  public func log(of program: String) -> String {
    (try? String(contentsOfFile: "\(directory)/logs/\(program).log", encoding: .utf8)) ?? ""
  }

  /// Stops everything, the first time it is called, and gives the exit status of `nginx/run`.
  @discardableResult
  public func stop(_ signal: Int32 = SIGTERM) -> Int32? {
    child.signal(signal)
    return child.wait(timeoutSeconds: 40)
  }

  /// No setting of the person who runs the tests reaches the product.
  public static let environment = ProcessInfo.processInfo.environment
    .filter { ["PATH", "HOME", "TMPDIR"].contains($0.key) }

  /// `nginx/run --quiet` prints the URL when `/healthz` has answered 200.
  private func awaitURL() throws {
    for _ in 0..<4000 {
      if child.output.contains("http://") { return }
      if let status = child.wait(timeoutSeconds: 0.01) {
        throw StackFailure(status: status, errors: child.errors)
      }
    }
    throw StackFailure(status: nil, errors: child.errors)
  }
}

/// Why `nginx/run` did not get ready.
public struct StackFailure: Error {
  public let status: Int32?
  public let errors: String
}
