// The settings of a program: environment variables. A secret may instead lie in a file that
// `NAME_FILE` names, or be a systemd credential called NAME. The operator's tool also reads the
// files that systemd hands to the programs: ConfigurationFile.swift.
//
// Every mistake is collected, so that an operator mends them all at once.

import Domain
import Storage

/// Reads a program's settings and remembers what is wrong with them. Each reader returns nil where
/// it noted a mistake; `finish` unwraps them all, or ends the process.
///
///     var configuration = Configuration(program: "dompet-wallets")
///     let settings = configuration.settings()
///     let keys = configuration.tokenKeys()
///     let (settings, keys) = configuration.finish(settings, keys)
public struct Configuration {
  public let program: String
  /// What is wrong with what has been read so far.
  public private(set) var mistakes: [String] = []
  /// What stands in for variables that are not set.
  private var file = ConfigurationFile()

  /// For a program that gets all its settings from whoever starts it.
  public init(program: String) {
    self.program = program
  }

  /// For a command that an operator types: what the environment does not say stands in the
  /// installation's file, and its secrets beside it.
  public static func forOperator(_ program: String) -> Configuration {
    var configuration = Configuration(program: program)
    configuration.file = ConfigurationFile.find(named: configuration.variable("DOMPET_CONFIG"))
    configuration.mistakes = configuration.file.mistakes
    return configuration
  }

  /// The file of settings; nil if there is none, or none was asked for.
  public var path: String? { file.path.isEmpty ? nil : file.path }

  /// The names that the file sets.
  public var namesInFile: [String] { file.values.keys.sorted() }

  /// A setting as it is, or `fallback`.
  public mutating func text(_ name: String, or fallback: String) -> String? {
    guard let bytes = variable(name) else { return fallback }
    return String(validating: bytes, as: UTF8.self) ?? note("\(name) is not UTF-8.")
  }

  /// A setting that must be there.
  public mutating func required(_ name: String) -> String? {
    guard let text = text(name, or: "") else { return nil }
    return text.isEmpty ? note("\(name) is not set.") : text
  }

  /// A whole number within bounds, or `fallback` if it is not set.
  public mutating func number(
    _ name: String, or fallback: Int64, in range: ClosedRange<Int64>
  ) -> Int64? {
    guard let text = text(name, or: String(fallback)) else { return nil }
    if let value = Int64(text), range.contains(value) { return value }
    return note(
      "\(name) must be a whole number from \(range.lowerBound) to \(range.upperBound).")
  }

  /// A setting that `parse` understands.
  public mutating func parsed<T>(
    _ name: String, or fallback: String, _ parse: (String) -> T?, expected: String
  ) -> T? {
    guard let text = text(name, or: fallback) else { return nil }
    return parse(text) ?? note("\(name) must be \(expected).")
  }

  /// A secret that must be there; its value appears in no message.
  public mutating func secret(
    _ name: String, bytesMin: Int = Bounds.secretBytesMin
  ) -> String? {
    guard let value = optionalSecret(name, bytesMin: bytesMin) else { return nil }
    return value
      ?? note("\(name) is not set, neither as a variable, nor by \(name)_FILE\(file.hint).")
  }

  /// A secret that may be there: `.some(nil)` if it is not.
  public mutating func optionalSecret(
    _ name: String, bytesMin: Int = Bounds.secretBytesMin
  ) -> String?? {
    guard let (bytes, source) = rawSecret(name) else { return .some(nil) }
    guard let bytes else {
      return note("\(name) cannot be read from \(source).")
    }
    guard bytes.count >= bytesMin else {
      return note("\(name) must be at least \(bytesMin) bytes long; it has \(bytes.count).")
    }
    guard let value = String(validating: bytes, as: UTF8.self), !bytes.contains(where: { $0 < 32 })
    else { return note("\(name) must be text in UTF-8 without control characters.") }
    return .some(value)
  }

  /// Where DATABASE_URL says that the database lies: `sqlite:` and an absolute path, or
  /// `postgresql://…`, whose text appears in no message, since it may hold a password.
  public mutating func databaseLocation() -> DatabaseLocation? {
    guard let url = required("DATABASE_URL") else { return nil }
    do throws(Invalid) {
      return try DatabaseLocation(url: url)
    } catch {
      return note("DATABASE_URL \(error.detail).")
    }
  }

  /// The same for what works on a file alone.
  public mutating func databasePath() -> String? {
    guard let location = databaseLocation() else { return nil }
    return location.path
      ?? note("DATABASE_URL names a server; this is for sqlite: and an absolute path alone.")
  }

  /// The values, if there is no mistake; else all mistakes are written to standard error and the
  /// process ends with 78 (EX_CONFIG). Mutating, so that it sees what its own arguments have noted.
  public mutating func finish<each T>(_ values: repeat (each T)?) -> (repeat each T) {
    if mistakes.isEmpty, let result = unwrap(repeat each values) { return result }
    System.fail(program, mistakes)
  }

  /// Notes a mistake; always nil, to be returned by the reader that made it.
  public mutating func note<T>(_ mistake: String) -> T? {
    mistakes.append(mistake)
    return nil
  }

  /// Set to nothing is not set.
  private func variable(_ name: String) -> [UInt8]? {
    System.variable(name) ?? file.values[name]
  }

  /// The value and where it is from; the value is nil if its file cannot be read.
  private mutating func rawSecret(_ name: String) -> (value: [UInt8]?, source: String)? {
    if let value = variable(name) { return (value, name) }
    let path = text("\(name)_FILE", or: "") ?? ""
    if !path.isEmpty { return (secretFile(path), "the file that \(name)_FILE names") }
    for directory in [text("CREDENTIALS_DIRECTORY", or: "") ?? "", file.secrets] {
      let path = "\(directory)/\(name)"
      guard !directory.isEmpty, System.isThere(path) else { continue }
      let value = secretFile(path)
      // Units name credentials that are there at times only; systemd then hands out empty ones.
      if value?.isEmpty == true { continue }
      return (value, path)
    }
    return nil
  }

  /// A file's content without the line end that editors leave.
  private func secretFile(_ path: String) -> [UInt8]? {
    guard var value = System.file(path, bytesMax: Bounds.secretBytesMax) else { return nil }
    while let last = value.last, last == 10 || last == 13 { value.removeLast() }
    return value
  }
}

private struct Missing: Error {}

private func unwrap<each T>(_ values: repeat (each T)?) -> (repeat each T)? {
  func value<U>(_ optional: U?) throws(Missing) -> U {
    guard let optional else { throw Missing() }
    return optional
  }
  return try? (repeat value(each values))
}
