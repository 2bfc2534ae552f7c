// An installation in a folder: settings, secrets and database, made by dompet init.

import Foundation
import Programs
import Support
import Testing

struct Estate {
  static let key = "xnd_development_canary-of-the-estate"
  static let token = "canary-token-of-the-estate"

  let directory: TemporaryDirectory
  var folder: String { directory.path + "/etc" }
  var file: String { folder + "/dompet.env" }
  var database: String { directory.path + "/var/dompet.db" }

  /// - Parameter settings: what the file of settings says already.
  init(settings: String? = nil) throws {
    directory = try TemporaryDirectory()
    try directory.write(Estate.key + "\n", to: "key")
    try directory.write(Estate.token, to: "token")
    for name in ["etc", "var"] {
      try FileManager.default.createDirectory(
        atPath: "\(directory.path)/\(name)", withIntermediateDirectories: false)
    }
    chmod(directory.path + "/var", 0o2770)
    if let settings { try directory.write(settings, to: "etc/dompet.env") }
  }

  /// Runs dompet init with what it needs.
  @discardableResult
  func initialize(_ words: String..., input: String = "") throws -> CommandResult {
    let all = [
      "init", "--non-interactive", "--database", "sqlite:\(database)",
      "--xendit-secret-key-file", directory.path + "/key",
      "--webhook-token-file", directory.path + "/token",
    ]
    return try dompet(all + words, input: input)
  }

  func dompet(_ words: String..., input: String = "") throws -> CommandResult {
    try dompet(words, input: input)
  }

  func dompet(
    _ words: [String], input: String = "", environment: [String: String] = [:]
  ) throws -> CommandResult {
    let own = ["DOMPET_CONFIG": file, "PATH": ProcessInfo.processInfo.environment["PATH"] ?? ""]
    return try runCommand(
      Checkout.program("dompet"), words, environment: own.merging(environment) { $1 },
      input: Array(input.utf8))
  }

  /// What a secret's file holds; nil if it is not there.
  func secret(_ name: String) -> String? {
    try? String(contentsOfFile: "\(folder)/secrets/\(name)", encoding: .utf8)
      .trimmingCharacters(in: .newlines)
  }

  func write(_ secret: String, to name: String) throws {
    try directory.write(secret + "\n", to: "etc/secrets/\(name)")
    chmod("\(folder)/secrets/\(name)", 0o600)
  }

  func settings() throws -> String { try String(contentsOfFile: file, encoding: .utf8) }

  /// All files with their modes and contents, but for the database.
  func contents() throws -> String {
    let find = #"cd "$0" && find etc -type f -printf "%M %p\n" -exec cat {} \;"#
    return try runCommand("sh", ["-c", find, directory.path]).output
  }

  /// What dompet check finds, but for the machine's own nginx.
  func problems() throws -> [String] {
    try dompet("check", "--offline").output.split(separator: "\n").map(String.init).filter {
      $0.hasPrefix("problem ") && !$0.contains("nginx: ")
    }
  }

  func mode(_ path: String) -> Int32 {
    var found = stat()
    return stat(path, &found) == 0 ? Int32(found.st_mode & 0o7777) : -1
  }
}
