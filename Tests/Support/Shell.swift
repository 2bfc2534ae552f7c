// The shell of the engine that is tried, on a database that the programs serve: what somebody does
// who goes past them. And the few words that the two engines do not have in common.

import Foundation

public enum Shell {
  /// Runs statements, and gives the rows of their queries, columns separated by `|`.
  /// - Parameter url: of the database, as the programs know it.
  @discardableResult
  public static func run(_ statements: String, at url: String) throws -> [String] {
    guard url.hasPrefix("sqlite:") else { return try PostgreSQL.run(statements, at: url) }
    let result = try runCommand(
      "sqlite3", ["-batch", "-bail", "-cmd", ".timeout 20000", path(of: url), statements],
      environment: Stack.environment)
    guard result.status == 0 else { throw SQLFailure(message: result.errors) }
    return result.output.split(separator: "\n").map { String($0) }
  }

  /// The same with statements that no trigger stops, as damage would do it.
  public static func tamper(_ statements: String, at url: String) throws {
    guard url.hasPrefix("sqlite:") else {
      try run("SET session_replication_role = replica; \(statements)", at: url)
      return
    }
    let ofTriggers = "FROM sqlite_schema WHERE type = 'trigger'"
    let drops = try run("SELECT 'DROP TRIGGER ' || name || ';' \(ofTriggers)", at: url)
    let makes = try run("SELECT sql || ';' \(ofTriggers)", at: url)
    try run((drops + ["\(statements);"] + makes).joined(separator: "\n"), at: url)
  }

  /// All that is stored, as SQL.
  public static func dump(_ url: String) throws -> String {
    let (shell, arguments) =
      PostgreSQL.isTried
      ? (PostgreSQL.dump, [url]) : ("sqlite3", ["-readonly", path(of: url), ".dump"])
    return try runCommand(shell, arguments, environment: Stack.environment).output
  }

  /// What a file's own check of its pages says: `ok`. A server sees to its own.
  public static func checkPages(at url: String) throws -> [String] {
    PostgreSQL.isTried ? ["ok"] : try run("PRAGMA integrity_check", at: url)
  }

  /// Where a database lies that is a file.
  public static func path(of url: String) -> String { String(url.dropFirst("sqlite:".count)) }

  /// Bytes, as a constant.
  public static func bytes(_ hexadecimal: String) -> String {
    PostgreSQL.isTried ? "'\\x\(hexadecimal)'::bytea" : "x'\(hexadecimal)'"
  }

  /// Text of UTF-8, as a constant.
  public static func text(_ hexadecimal: String) -> String {
    let bytes = bytes(hexadecimal)
    return PostgreSQL.isTried ? "convert_from(\(bytes), 'UTF8')" : "CAST(\(bytes) AS TEXT)"
  }

  public static func zeros(_ count: Int) -> String {
    bytes(String(repeating: "00", count: count))
  }

  public static func randomBytes(_ count: Int) -> String {
    let digits = (0..<count).map { _ in String(format: "%02x", UInt8.random(in: 0...255)) }
    return bytes(digits.joined())
  }

  /// An expression's whole number with zeros before it, as text.
  public static func padded(_ number: String, to count: Int) -> String {
    let zeros = String(repeating: "0", count: count)
    return "substr('\(zeros)' || \(number), 1 + length(\(number) || ''))"
  }

  /// The hexadecimal digits, in capitals, of an expression's bytes.
  public static func hexadecimal(of expression: String) -> String {
    PostgreSQL.isTried ? "upper(encode(\(expression), 'hex'))" : "hex(\(expression))"
  }
}

public struct SQLFailure: Error {
  public let message: String
}
