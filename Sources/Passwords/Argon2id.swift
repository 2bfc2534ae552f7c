// Argon2id (RFC 9106) by libargon2, and its PHC string format:
// `$argon2id$v=19$m=47104,t=1,p=1$salt$hash`, salt and hash in Base64 without padding.

import CArgon2
import Domain

/// A stored argon2id hash within the bounds that this program accepts.
struct Argon2id {
  /// 46 MiB and one pass, the first of OWASP's equivalent settings (Password Storage Cheat Sheet).
  private static let memoryKiB: UInt32 = 47_104
  private static let passes: UInt32 = 1
  private static let lanes: UInt32 = 1
  private static let hashBytes = 32

  /// What all of today's hashes begin with.
  static let prefix = "$argon2id$v=19$m=\(memoryKiB),t=\(passes),p=\(lanes)"

  /// Costs that a stored hash may ask for: those of today and of the usual libraries' defaults.
  private static let memoryKiBRange: ClosedRange<UInt32> = 8...65_536
  private static let passesRange: ClosedRange<UInt32> = 1...4
  private static let lanesRange: ClosedRange<UInt32> = 1...4

  private let text: String

  /// Whether it was made with today's costs and lengths.
  let isCurrent: Bool

  /// Nil if the text is not such a hash, or asks for more than the bounds.
  init?(_ text: String) {
    let isPrintable = text.utf8.allSatisfy { $0 > 32 && $0 < 127 }
    let parts = text.split(separator: "$", omittingEmptySubsequences: false)
    guard text.utf8.count <= 256, isPrintable, parts.count == 6, parts[0].isEmpty,
      parts[1] == "argon2id", parts[2] == "v=19", Argon2id.areBounded(parts[3]),
      (11...64).contains(parts[4].utf8.count), (22...86).contains(parts[5].utf8.count)
    else { return nil }
    self.text = text
    isCurrent =
      text.hasPrefix(Argon2id.prefix + "$")
      && parts[4].utf8.count == 22 && parts[5].utf8.count == 43
  }

  /// Whether the costs, `m=…,t=…,p=…`, lie within the bounds.
  private static func areBounded(_ costs: Substring) -> Bool {
    let parts = costs.split(separator: ",", omittingEmptySubsequences: false)
    guard parts.count == 3, let memory = number(parts[0], after: "m="),
      let passes = number(parts[1], after: "t="), let lanes = number(parts[2], after: "p=")
    else { return false }
    return memoryKiBRange.contains(memory) && passesRange.contains(passes)
      && lanesRange.contains(lanes)
  }

  private static func number(_ text: Substring, after name: String) -> UInt32? {
    let digits = text.dropFirst(name.count)
    guard text.hasPrefix(name), digits.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }) else { return nil }
    return UInt32(digits)
  }

  static func hash(_ password: [UInt8], salt: [UInt8]) throws(Refusal) -> String {
    let length = argon2_encodedlen(
      passes, memoryKiB, lanes, UInt32(salt.count), UInt32(hashBytes), Argon2_id)
    var text = [CChar](repeating: 0, count: length)
    let code = argon2id_hash_encoded(
      passes, memoryKiB, lanes, password, password.count, salt, salt.count, hashBytes, &text,
      text.count)
    guard code == ARGON2_OK.rawValue else { throw refusal(code) }
    return text.withUnsafeBufferPointer { buffer in
      String(decoding: UnsafeRawBufferPointer(buffer).prefix { $0 != 0 }, as: UTF8.self)
    }
  }

  /// The comparison of the hashes takes a constant time (libargon2, `argon2_compare`).
  func matches(_ password: [UInt8]) throws(Refusal) -> Bool {
    let code = argon2id_verify(text, password, password.count)
    switch code {
    case ARGON2_OK.rawValue: return true
    case ARGON2_VERIFY_MISMATCH.rawValue: return false
    default: throw Argon2id.refusal(code)
    }
  }

  private static func refusal(_ code: Int32) -> Refusal {
    let evidence = "argon2: " + String(cString: argon2_error_message(code))
    let wantsResources = [ARGON2_MEMORY_ALLOCATION_ERROR, ARGON2_THREAD_FAIL]
    return wantsResources.contains { $0.rawValue == code }
      ? .busy(evidence: evidence) : .broken(evidence: evidence)
  }
}
