// dompet init: the settings, the secrets and the database of a new installation. Done again, it
// completes what is missing and changes nothing else.

import ArgumentParser
import Domain
import Glibc
import Payments
import Schema
import Service
import Storage

struct Init: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Makes the settings, the secrets and the database of an installation.",
    discussion: """
      Asks for what is missing, if somebody sits at a terminal. Secrets are never taken from the \
      command line, where others could see them: name a file, or - for standard input. What is \
      there already stays as it is: a setting unless you give another value, a secret unless you \
      name it with --replace.
      """)

  @Option(help: "Where the database lies. (default: sqlite:/var/lib/dompet/dompet.db)")
  var database: String?

  @Option(help: .init("A file with Xendit's secret key.", valueName: "file"))
  var xenditSecretKeyFile: String?

  @Option(help: .init("A file with Xendit's callback token.", valueName: "file"))
  var webhookTokenFile: String?

  @Option(help: .init("Where the payer comes back to after paying.", valueName: "url"))
  var successUrl: String?

  @Option(help: .init("Where the payer comes back to if it failed.", valueName: "url"))
  var failureUrl: String?

  @Option(help: "Where settings and secrets lie. (default: that of DOMPET_CONFIG or /etc/dompet)")
  var directory: String?

  @Option(
    help: .init(
      "A secret that is there and shall be another at once; dompet keys does it gently.",
      valueName: "name"))
  var replace: [Secret] = []

  @Flag(help: "Ask nothing.")
  var nonInteractive = false

  private var asks: Bool { !nonInteractive && Keyboard.isTerminal }

  func validate() throws {
    guard xenditSecretKeyFile != "-" || webhookTokenFile != "-" else {
      throw ValidationError("Standard input is one secret: give the other as a file.")
    }
    if let directory, !directory.hasPrefix("/") {
      throw ValidationError("--directory must be an absolute path.")
    }
    let given = [
      "DATABASE_URL": database, "SUCCESS_REDIRECT_URL": successUrl,
      "FAILURE_REDIRECT_URL": failureUrl,
    ]
    for (name, value) in given { try Init.check(name, value) }
  }

  func run() throws {
    let installation = Installation(folder: directory)
    do {
      var settings = try SettingsFile(installation.file)
      try complete(&settings)
      let secrets = try newSecrets(installation)
      if settings.isChanged {
        try LocalFiles.makeFolder(installation.folder, mode: 0o755)
        try LocalFiles.replace(installation.file, with: Array(settings.text.utf8), mode: 0o644)
        Terminal.error("written: \(installation.file)")
      }
      for (secret, value) in secrets {
        try installation.write(value, to: installation.path(of: secret))
        Terminal.error("written: \(installation.path(of: secret))")
      }
      try makeDatabase(settings.value("DATABASE_URL") ?? "")
      print(try whatIsNext(installation))
    } catch let failure as LocalFiles.Failure {
      throw stop("\(failure.text). Run this as root, or give --directory.")
    }
  }

  /// What the options say, else what the file says, else what the person says.
  private func complete(_ settings: inout SettingsFile) throws {
    let usual = "sqlite:/var/lib/dompet/dompet.db"
    let wishes = [
      ("DATABASE_URL", database, "Where the database shall lie [\(usual)]: "),
      ("SUCCESS_REDIRECT_URL", successUrl, "The page that a payer comes back to [none]: "),
      ("FAILURE_REDIRECT_URL", failureUrl, "And if the payment failed [none]: "),
    ]
    for (name, option, question) in wishes {
      let known = option ?? settings.value(name)
      let value = try known ?? (asks ? Keyboard.answer(to: question) : nil)
      try Init.check(name, value)
      if let value { settings.set(name, to: value) }
    }
    if settings.value("DATABASE_URL") == nil { settings.set("DATABASE_URL", to: usual) }
  }

  /// - Throws: `ValidationError` if the programs would not take the value.
  private static func check(_ name: String, _ value: String?) throws {
    guard let value else { return }
    guard !value.contains(where: { "\\\"'".contains($0) || $0.isWhitespace }) else {
      throw ValidationError("\(name) must not contain blanks, quotes or backslashes.")
    }
    if name == "DATABASE_URL" {
      guard value.hasPrefix("sqlite:/"), value != "sqlite:/" else {
        throw ValidationError("\(name) must be sqlite: and an absolute path.")
      }
    } else if !Provider.isReturnURL(value) {
      throw ValidationError("\(name) must be an http or https URL of at most 255 characters.")
    }
  }

  private func makeDatabase(_ url: String) throws {
    let path = String(url.dropFirst("sqlite:".count))
    let folder = LocalFiles.split(path).folder
    guard LocalFiles.status(folder)?.isDirectory == true else {
      throw stop(
        "the database's folder is not there. Make it, with systemd-tmpfiles --create or with "
          + "install -d -m 2770 -g dompet \(folder), and run this again.")
    }
    let isNew = LocalFiles.status(path) == nil
    do throws(StorageFailure) {
      // The programs run as other users of the folder's group.
      umask(0o007)
      _ = try SQLiteDatabase(path: path, migrations: Schema.migrations, mode: .service)
    } catch {
      throw stop(error.explanation(path))
    }
    if isNew { Terminal.error("made: \(path)") }
  }

  private func stop(_ reason: String) -> ExitCode {
    Terminal.error("dompet init: \(reason)")
    return ExitCode(1)
  }
}

extension Init {
  /// The secrets that are to be written.
  private func newSecrets(
    _ installation: Installation
  ) throws -> [(secret: Secret, value: String)] {
    let questions = [
      (Secret.xenditKey, xenditSecretKeyFile, "Xendit's secret key (not shown) [later]: "),
      (.webhookToken, webhookTokenFile, "Xendit's callback token (not shown) [later]: "),
    ]
    var secrets: [(Secret, String)] = []
    if try replace.contains(.jwt) || installation.value(of: .jwt) == nil {
      secrets.append((.jwt, Secret.generated()))
    }
    for (secret, file, question) in questions {
      let known = try installation.value(of: secret)
      let isWanted = known == nil || replace.contains(secret)
      let given = try file.map { try read($0) }
      guard let value = try given ?? (asks && isWanted ? Keyboard.secret(question) : nil) else {
        if known != nil, isWanted {
          throw ValidationError("--replace \(secret.rawValue) needs a file with the new one.")
        }
        continue
      }
      if let mistake = secret.mistake(in: value) { throw stop(mistake) }
      if value == known { continue }
      guard isWanted else {
        throw stop(
          "there is another \(secret.rawValue) in \(installation.secrets). Nothing was changed. "
            + "Give --replace \(secret.rawValue) if it shall go.")
      }
      secrets.append((secret, value))
    }
    return secrets
  }

  private func read(_ file: String) throws -> String {
    let max = Bounds.secretBytesMax
    let content =
      try file == "-"
      ? LocalFiles.read(descriptor: 0, bytesMax: max) : LocalFiles.read(file, bytesMax: max)
    guard var bytes = content else { throw stop("\(file.printable) is not there.") }
    while let last = bytes.last, last == 10 || last == 13 { bytes.removeLast() }
    return String(decoding: bytes, as: UTF8.self)
  }

  private func whatIsNext(_ installation: Installation) throws -> String {
    var lines = ["Next:"]
    let missing = try Secret.allCases.filter { try installation.value(of: $0) == nil }
    for secret in missing {
      let option = secret == .xenditKey ? "xendit-secret-key-file" : "webhook-token-file"
      lines.append("  - \(secret.rawValue) is missing: dompet init --\(option) FILE")
    }
    lines += [
      "  - nginx: \(Installation.nginxLines); then: nginx -t && systemctl reload nginx",
      "  - the programs: systemctl restart dompet.target",
      "  - Xendit's dashboard, webhooks: as the URL for paid invoices",
      "    https://YOUR-HOST/api/v1/payments/webhooks/xendit; its verification token is what",
      "    XENDIT_WEBHOOK_TOKEN must be",
      "  - dompet check tells whether all is as it must be",
    ]
    return lines.joined(separator: "\n")
  }
}
