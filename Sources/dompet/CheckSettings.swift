// The settings and secrets, read by the functions that the programs read them with.

import Payments
import Service
import Storage

extension Inspection {
  /// - Returns: where the database lies, and Xendit, as far as the settings say.
  mutating func settings(
    _ configuration: inout Configuration
  ) -> (database: DatabaseLocation?, provider: Provider?) {
    _ = configuration.settings()
    // Asked of another, so that a mistake is noted once.
    var other = Configuration.forOperator("dompet check")
    let database = other.databaseLocation()
    _ = configuration.tokenKeys()
    _ = configuration.accessLifetimeSeconds()
    _ = configuration.sessionLifetime()
    _ = configuration.transferLimits()
    _ = configuration.topUpLimits()
    _ = configuration.confirmAbove()
    _ = configuration.secret("XENDIT_WEBHOOK_TOKEN", bytesMin: 16)
    _ = configuration.optionalSecret("XENDIT_WEBHOOK_TOKEN_PREVIOUS", bytesMin: 16)
    let provider = configuration.provider()
    for mistake in configuration.mistakes {
      problem(
        "settings", mistake,
        "Set it in \(configuration.path ?? "the environment"), a secret with dompet init; then "
          + "restart the programs.")
    }
    if configuration.mistakes.isEmpty {
      ok("settings", "all can be read, from \(configuration.path ?? "the environment")")
    }
    names(in: configuration)
    strength(of: &configuration)
    return (database, provider)
  }

  /// What the file sets in vain, or too openly.
  private mutating func names(in configuration: Configuration) {
    let path = configuration.path ?? ""
    let isOpen = (LocalFiles.status(path)?.permissions ?? 0) & 0o044 != 0
    for name in configuration.namesInFile {
      let bare = name.hasSuffix("_FILE") ? String(name.dropLast(5)) : name
      if isOpen, Configuration.secretNames.contains(name) {
        problem(
          "settings", "\(name) stands in \(path), which others may read",
          "Replace the secret (dompet keys, dompet init --replace) and take the line out.")
      } else if !Configuration.names.contains(bare), !Configuration.secretNames.contains(bare) {
        warning(
          "settings", "\(name) in \(path) is no setting of Dompet",
          "Mend its name or take the line out.")
      }
    }
  }

  private mutating func strength(of configuration: inout Configuration) {
    var seen: [String: String] = [:]
    for name in Configuration.secretNames {
      guard case .some(.some(let value)) = configuration.optionalSecret(name, bytesMin: 1) else {
        continue
      }
      if let twin = seen[value] {
        problem("secrets", "\(name) and \(twin) are the same", "Replace one of them: dompet keys.")
      } else if let weakness = weakness(of: value) {
        problem(
          "secrets", "\(name) \(weakness)", "Replace it: dompet keys, or dompet init --replace.")
      } else {
        ok("secrets", "\(name) is there and looks random")
      }
      seen[value] = name
    }
  }

  private func weakness(of value: String) -> String? {
    let lower = value.lowercased()
    if Set(value).count == 1 { return "is one character repeated" }
    if Set(value).count < 8 { return "has hardly any different characters" }
    let samples = ["changeme", "change-me", "change_me", "example", "your-", "your_", "password"]
    let known = ["a-string-secret-at-least-256-bits-long", "0123456789abcdef"]
    return (samples + known).contains(where: lower.contains) ? "looks like a sample" : nil
  }
}
