// A backup's checksum: SHA-256, in a file beside it as sha256sum(1) writes and reads it.

import Crypto
import Storage

enum Checksum {
  /// The file's digest in hexadecimal digits.
  static func of(_ path: String) throws(Trouble) -> String {
    var hash = SHA256()
    try Trouble.with { () throws(FileFailure) in
      try Files.read(path) { piece throws(FileFailure) in hash.update(piece) }
    }
    return Hex.encode(hash.finish())
  }

  /// What the file beside it says.
  static func noted(of path: String) throws(Trouble) -> String {
    let list = path + ".sha256"
    guard Files.isThere(list) else {
      throw Trouble(
        text: """
          there is no \(list), so nobody can say whether \(path) is what it was. If you trust it, \
          make one there: sha256sum NAME > NAME.sha256
          """)
    }
    let name = path.split(separator: "/").last.map(String.init) ?? path
    for line in try lines(of: list) {
      let parts = line.split(separator: " ", maxSplits: 1)
      guard parts.count == 2, parts[0].utf8.count == 64 else { continue }
      // A blank for text, an asterisk for bytes.
      if parts[1].dropFirst() == name[...] { return parts[0].lowercased() }
    }
    throw Trouble(text: "\(list) does not name \(name).")
  }

  /// In one or two words.
  static func state(of path: String) -> String {
    guard let noted = try? noted(of: path) else { return "missing" }
    guard let found = try? of(path) else { return "unreadable" }
    return found == noted ? "ok" : "wrong"
  }

  private static func lines(of path: String) throws(Trouble) -> [Substring] {
    let size = Files.size(path) ?? 0
    guard size <= 65_536 else { throw Trouble(text: "\(path) is no list of checksums.") }
    var bytes: [UInt8] = []
    try Trouble.with { () throws(FileFailure) in
      try Files.read(path) { piece throws(FileFailure) in bytes += piece }
    }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
  }
}
