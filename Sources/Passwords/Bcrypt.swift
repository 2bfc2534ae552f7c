// Bcrypt hashes of users imported from elsewhere, by libcrypt: `$2b$`, two digits of cost, `$`,
// 22 characters of salt and 31 of hash. They are only verified, never made.

import CCrypt
import Domain
import Glibc

/// A stored bcrypt hash within the bounds that this program accepts.
struct Bcrypt {
  /// A step more doubles the work; 14 is about a second.
  private static let costRange = 4...14
  /// Bcrypt never looks further; libcrypt refuses what is longer than 511.
  private static let passwordBytesMax = 72

  private let text: String
  let cost: Int

  /// Nil if the text is not such a hash, or asks for more than the bounds.
  init?(_ text: String) {
    let parts = text.split(separator: "$", omittingEmptySubsequences: false)
    guard text.utf8.count == 60, parts.count == 4, parts[0].isEmpty,
      ["2a", "2b", "2y"].contains(parts[1]), parts[2].utf8.count == 2,
      parts[2].utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }), let cost = Int(parts[2]),
      Bcrypt.costRange.contains(cost),
      parts[3].utf8.count == 53, parts[3].utf8.allSatisfy(Bcrypt.isDigit)
    else { return nil }
    self.text = text
    self.cost = cost
  }

  /// One of bcrypt's own Base64 digits.
  private static func isDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: ".")...UInt8(ascii: "9"):  // `.`, `/` and the ten digits are neighbours
      true
    default: false
    }
  }

  /// A password with a NUL matches nothing, since C ends it there.
  func matches(_ password: [UInt8]) throws(Refusal) -> Bool {
    let result = try Bcrypt.crypt(password, text)
    return equalInConstantTime(result, text) && !password.contains(0)
  }

  /// Does the work of a comparison with a hash of that cost, as far as this program goes.
  static func work(_ password: [UInt8], cost: Int) throws(Refusal) {
    let bounded = min(max(cost, costRange.lowerBound), costRange.upperBound)
    let digits = bounded < 10 ? "0\(bounded)" : "\(bounded)"
    _ = try crypt(password, "$2b$\(digits)$\(String(repeating: ".", count: 22))")
  }

  private static func crypt(_ password: [UInt8], _ setting: String) throws(Refusal) -> String {
    let phrase = password.prefix(passwordBytesMax).map { CChar(bitPattern: $0) } + [0]
    // libcrypt allocates its 32 KiB of working memory, and wipes what it computed there.
    var memory: UnsafeMutableRawPointer?
    var memoryBytes: Int32 = 0
    defer { free(memory) }
    guard let result = crypt_ra(phrase, setting, &memory, &memoryBytes) else {
      throw errno == ENOMEM
        ? .busy(evidence: "crypt: no memory") : .broken(evidence: "crypt: error \(errno)")
    }
    return String(cString: result)
  }

  private func equalInConstantTime(_ left: String, _ right: String) -> Bool {
    guard left.utf8.count == right.utf8.count else { return false }
    return zip(left.utf8, right.utf8).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
  }
}
