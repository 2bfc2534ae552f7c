// Where an installation's settings and secrets lie, and how they are changed. Comments and the
// lines of others stay as they are.

import ArgumentParser
import Domain
import Glibc
import Service

/// A secret that has a file of its own.
enum Secret: String, CaseIterable, ExpressibleByArgument {
  case jwt = "JWT_ACCESS_SECRET"
  case xenditKey = "XENDIT_SECRET_KEY"
  case webhookToken = "XENDIT_WEBHOOK_TOKEN"

  /// As the programs demand.
  var bytesMin: Int { self == .jwt ? Bounds.secretBytesMin : 16 }

  /// What is wrong with a value; nil if nothing is. The value is in no message.
  func mistake(in value: String) -> String? {
    guard value.utf8.count >= bytesMin else {
      return "\(rawValue) must be at least \(bytesMin) bytes long; it has \(value.utf8.count)."
    }
    let isVisible = value.utf8.allSatisfy { (33...126).contains($0) }
    guard isVisible, value.utf8.count < Bounds.secretBytesMax else {
      return "\(rawValue) must be visible ASCII characters, no more than 4095."
    }
    return nil
  }

  /// 256 random bits, in hexadecimal digits.
  static func generated() -> String {
    World.real.randomBytes(32).map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }.joined()
  }
}

struct Installation {
  let file: String
  let folder: String
  var secrets: String { folder + "/secrets" }

  /// - Parameter folder: nil for the one of DOMPET_CONFIG, else that of the package.
  init(folder: String?) {
    var environment = Configuration(program: "dompet")
    let named = environment.text("DOMPET_CONFIG", or: "") ?? ""
    let usual = named.isEmpty ? "/etc/dompet/dompet.env" : named
    file = folder.map { $0 + "/dompet.env" } ?? usual
    self.folder = LocalFiles.split(file).folder
  }

  /// What nginx has to include. The package has seen to the http level already.
  static var nginxLines: String {
    let server = "include dompet/dompet.conf; in your server { }"
    let isPackaged = LocalFiles.status("/etc/nginx/conf.d/dompet.conf") != nil
    return isPackaged ? server : "include dompet/dompet-http.conf; in http { }, and \(server)"
  }

  func path(of secret: Secret) -> String { "\(secrets)/\(secret.rawValue)" }
  func previousPath(of secret: Secret) -> String { path(of: secret) + "_PREVIOUS" }

  func value(of secret: Secret) throws(LocalFiles.Failure) -> String? {
    try value(at: path(of: secret))
  }

  /// What a secret's file holds, without the line end that editors leave; nil if it is not there.
  func value(at path: String) throws(LocalFiles.Failure) -> String? {
    guard var bytes = try LocalFiles.read(path, bytesMax: Bounds.secretBytesMax) else { return nil }
    while let last = bytes.last, last == 10 || last == 13 { bytes.removeLast() }
    return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
  }

  func write(_ value: String, to path: String) throws(LocalFiles.Failure) {
    try LocalFiles.makeFolder(secrets, mode: 0o700)
    try LocalFiles.replace(path, with: Array("\(value)\n".utf8), mode: 0o600)
  }
}

/// The lines of a file of settings.
struct SettingsFile {
  private static let beginning = """
    # Dompet's settings: NAME=value, a line each. systemd hands them to the programs, and dompet
    # reads them itself. Secrets lie in the folder secrets beside this file, each in a file of its
    # own. The README's section "Configuration" names all settings.

    """

  private var lines: [String]
  /// Whether the file must be written.
  private(set) var isChanged: Bool

  init(_ path: String) throws(LocalFiles.Failure) {
    let original = try LocalFiles.read(path)
    guard
      let text = String(validating: original ?? Array(SettingsFile.beginning.utf8), as: UTF8.self)
    else { throw LocalFiles.Failure(path, EILSEQ) }
    lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(
      String.init)
    if lines.last == "" { lines.removeLast() }
    isChanged = original == nil
  }

  var text: String { lines.joined(separator: "\n") + "\n" }

  /// The value of a setting, without quotes around it; nil if it is not set.
  func value(_ name: String) -> String? {
    guard let line = lines.last(where: { SettingsFile.name(in: $0) == name }) else { return nil }
    let value = line.drop { $0 != "=" }.dropFirst().filter { $0 != "\"" && $0 != "'" }
    let words = value.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return words.isEmpty ? nil : words
  }

  /// Sets it where it is set, else below the comment that shows it, else at the end.
  mutating func set(_ name: String, to value: String) {
    guard self.value(name) != value else { return }
    isChanged = true
    let line = "\(name)=\(value)"
    if let index = lines.lastIndex(where: { SettingsFile.name(in: $0) == name }) {
      lines[index] = line
    } else if let index = lines.lastIndex(where: { SettingsFile.name(inComment: $0) == name }) {
      lines.insert(line, at: index + 1)
    } else {
      lines.append(line)
    }
  }

  private static func name(in line: String) -> String? {
    guard let equals = line.firstIndex(of: "=") else { return nil }
    return line[..<equals].split(separator: " ").joined()
  }

  private static func name(inComment line: String) -> String? {
    guard let first = line.first, first == "#" || first == ";" else { return nil }
    return name(in: String(line.drop { "#; ".contains($0) }))
  }
}
