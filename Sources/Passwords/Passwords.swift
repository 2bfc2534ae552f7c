// The one-way hashes of passwords: argon2id for all new ones, bcrypt for those of imported users.

import Domain

/// Hashes passwords and verifies them; each call takes tens of milliseconds of a processor and
/// 46 MiB, so that guessing does too. Calls beyond the limit wait briefly, then are refused.
public struct Passwords: Sendable {
  /// The longest password, in bytes of UTF-8. Argon2 has no such limit; this one bounds the input.
  public static let bytesMax = 512
  /// The length of a salt, in bytes (RFC 9106, section 3.1).
  public static let saltBytes = 16

  /// What comes of comparing a password with a stored hash.
  public enum Verdict: Equatable, Sendable {
    case wrong
    case right
    /// Right, but hashed by another method or with other costs than today's: store a new hash.
    case rightButOutdated
  }

  private let places: Places
  private let waitMilliseconds: Int

  /// - Parameters:
  ///   - simultaneousMax: hashes at once; each holds 46 MiB and a processor.
  ///   - waitingMax: calls that may wait for their turn; the next is refused at once.
  ///   - waitMilliseconds: how long a call waits for its turn.
  public init(simultaneousMax: Int = 2, waitingMax: Int = 4, waitMilliseconds: Int = 2000) {
    places = Places(count: simultaneousMax, waitingMax: waitingMax)
    self.waitMilliseconds = waitMilliseconds
  }

  /// A hash to store, in the PHC string format.
  ///
  /// - Parameter salt: `saltBytes` fresh bytes from a cryptographic generator.
  /// - Throws: `.busy` when too many others hash; `.broken` for a password that is too long or a
  ///   salt of another length, both of which the caller has already ruled out.
  public func hash(_ password: [UInt8], salt: [UInt8]) throws(Refusal) -> String {
    guard password.count <= Passwords.bytesMax, salt.count == Passwords.saltBytes else {
      throw .broken(evidence: "a password or salt of the wrong length reached hashing")
    }
    return try places.occupy(waitMilliseconds: waitMilliseconds) { () throws(Refusal) in
      try Argon2id.hash(password, salt: salt)
    }
  }

  /// Compares a password with a stored hash.
  ///
  /// - Throws: `.busy` when too many others hash; `.broken` when the stored hash is of no known
  ///   form, or asks for more work or memory than this program is willing to spend.
  public func verify(_ password: [UInt8], hash: String) throws(Refusal) -> Verdict {
    let stored = try StoredHash(hash)
    let bounded = Array(password.prefix(Passwords.bytesMax))
    let matches = try places.occupy(waitMilliseconds: waitMilliseconds) { () throws(Refusal) in
      try stored.matches(bounded)
    }
    guard matches, bounded.count == password.count else { return .wrong }
    return stored.isCurrent ? .right : .rightButOutdated
  }

  /// Does the work of `verify` against a hash of today's kind and nobody's password, so that an
  /// unknown user takes as long as a known one.
  ///
  /// - Throws: as `verify`.
  public func verifyAgainstNobody(_ password: [UInt8]) throws(Refusal) {
    _ = try verify(password, hash: Passwords.nobodysHash)
  }

  /// Salt and hash are zeros: no known password leads to it.
  private static let nobodysHash =
    "\(Argon2id.prefix)$\(String(repeating: "A", count: 22))$\(String(repeating: "A", count: 43))"
}

/// A stored hash whose form and costs have been checked, before any C function sees it.
private enum StoredHash {
  case argon2id(Argon2id)
  case bcrypt(Bcrypt)

  init(_ text: String) throws(Refusal) {
    if let hash = Argon2id(text) {
      self = .argon2id(hash)
    } else if let hash = Bcrypt(text) {
      self = .bcrypt(hash)
    } else {
      throw .broken(evidence: "a stored password hash is of no known form")
    }
  }

  func matches(_ password: [UInt8]) throws(Refusal) -> Bool {
    switch self {
    case .argon2id(let hash): try hash.matches(password)
    case .bcrypt(let hash): try hash.matches(password)
    }
  }

  var isCurrent: Bool {
    switch self {
    case .argon2id(let hash): hash.isCurrent
    case .bcrypt: false
    }
  }
}
