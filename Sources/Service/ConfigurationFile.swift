// The settings of an installation in a file, as systemd reads it too (`EnvironmentFile=`,
// systemd.exec(5)): NAME=value lines, blank lines, and comments that begin with # or ;.
//
// A value may stand in quotes. Backslashes, which systemd would take out, are refused, so that both
// read the same.

/// What stands in the file, and what is wrong with it.
struct ConfigurationFile {
  /// Where a package installs it.
  private static let usualPath = "/etc/dompet/dompet.env"
  private static let bytesMax = 65_536

  private(set) var path = ""
  private(set) var values: [String: [UInt8]] = [:]
  /// The folder beside it in which each secret has a file of its own; empty without a file.
  private(set) var secrets = ""
  private(set) var mistakes: [String] = []

  /// Where else a secret may lie, to be said where one is missing.
  var hint: String { secrets.isEmpty ? "" : ", nor in \(secrets)" }

  /// The file at this path, else the installation's, if there is one.
  static func find(named bytes: [UInt8]?) -> ConfigurationFile {
    var file = ConfigurationFile()
    let path = bytes.map { String(decoding: $0, as: UTF8.self) } ?? usualPath
    if bytes != nil || System.isThere(path) { file.read(path) }
    return file
  }

  private mutating func read(_ path: String) {
    self.path = path
    let folder = path.lastIndex(of: "/").map { path[..<$0] } ?? "."
    secrets = "\(folder)/secrets"
    guard let content = System.file(path, bytesMax: ConfigurationFile.bytesMax),
      let text = String(validating: content, as: UTF8.self)
    else {
      mistakes.append("\(path) cannot be read. Run this as root, or set DOMPET_CONFIG.")
      return
    }
    let lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
    for (number, line) in lines.enumerated() {
      let line = line.trimmed
      if line.isEmpty || line.hasPrefix("#") || line.hasPrefix(";") { continue }
      guard let (name, value) = setting(line) else {
        mistakes.append("\(path), line \(number + 1): must be NAME=value, without backslashes.")
        continue
      }
      values[name] = value.isEmpty ? nil : Array(value.utf8)
    }
  }

  private func setting(_ line: Substring) -> (name: String, value: Substring)? {
    guard let equals = line.firstIndex(of: "=") else { return nil }
    let name = line[..<equals].trimmed
    guard !name.isEmpty, name.utf8.allSatisfy(isInName) else { return nil }
    var value = line[line.index(after: equals)...].trimmed
    if value.contains("\\") { return nil }
    if let quote = value.first, quote == "\"" || quote == "'" {
      value = value.dropFirst()
      guard value.popLast() == quote else { return nil }
    }
    return value.contains { $0 == "\"" || $0 == "'" } ? nil : (String(name), value)
  }

  private func isInName(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "_"):
      true
    default: false
    }
  }
}

extension Substring {
  /// Without blanks around it, and without the carriage return of another system's editor.
  fileprivate var trimmed: Substring {
    let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" || $0 == "\r" }
    var text = drop(while: isBlank)
    while let last = text.last, isBlank(last) { text.removeLast() }
    return text
  }
}
