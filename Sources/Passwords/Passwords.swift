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

  let places: Places
  private let waitMilliseconds: Int

  /// For a program with so many workers: two of them hash at once, and all but two may wait for
  /// that. (Of fewer than three workers one hashes, and none or one goes on with what needs no
  /// hash.)
  public init(workers: Int) {
    let simultaneous = max(1, min(2, workers - 2))
    self.init(simultaneousMax: simultaneous, waitingMax: max(0, workers - 2 - simultaneous))
  }

  /// - Parameters:
  ///   - simultaneousMax: hashes at once; each holds 46 MiB and a processor.
  ///   - waitingMax: calls that may wait for their turn; the next is refused at once.
  ///   - waitMilliseconds: how long a call waits for its turn.
  public init(simultaneousMax: Int = 2, waitingMax: Int = 4, waitMilliseconds: Int = 2000) {
    places = Places(count: simultaneousMax, waitingMax: waitingMax)
    self.waitMilliseconds = waitMilliseconds
  }

  /// Hashes that run and that wait now, and how many were refused for want of a place.
  public var figures: (running: Int, waiting: Int, refused: Int64) { places.figures }

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

  /// Whether a hash from elsewhere can be stored: `verify` knows its form, and is willing to spend
  /// what it asks for.
  public static func accepts(_ hash: String) -> Bool {
    (try? StoredHash(hash)) != nil
  }

  /// Compares a password with somebody's stored hash, or with nobody's.
  ///
  /// Whatever is wrong takes the same work, so that the time does not tell an unknown user from a
  /// known one, nor an imported one from others: one argon2id hash of today's costs and, as long as
  /// there are imported users, one bcrypt hash of their highest cost.
  ///
  /// - Parameters:
  ///   - hash: nil where there is no such user, or none who may enter.
  ///   - bcryptCostMax: the highest cost of all stored bcrypt hashes; nil if there is none.
  /// - Throws: `.busy` when too many others hash; `.broken` when the stored hash is of no known
  ///   form, or asks for more work or memory than this program is willing to spend.
  public func verify(
    _ password: [UInt8], hash: String?, bcryptCostMax: Int? = nil
  ) throws(Refusal) -> Verdict {
    let stored = try StoredHash(hash ?? Passwords.nobodysHash)
    let bounded = Array(password.prefix(Passwords.bytesMax))
    return try places.occupy(waitMilliseconds: waitMilliseconds) { () throws(Refusal) in
      let matches = try stored.matches(bounded)
      if matches, hash != nil, bounded.count == password.count {
        return stored.isCurrent ? .right : .rightButOutdated
      }
      try work(bounded, like: bcryptCostMax, after: stored)
      return .wrong
    }
  }

  /// What is missing to the same work after a comparison. Bcrypt's work doubles with each step of
  /// its cost, so a hash of cost 10 and one each of 10 and 11 are together as much as one of 12.
  private func work(
    _ password: [UInt8], like bcryptCostMax: Int?, after stored: StoredHash
  ) throws(Refusal) {
    switch stored {
    case .argon2id:
      guard let cost = bcryptCostMax else { return }
      try Bcrypt.work(password, cost: cost)
    case .bcrypt(let hash):
      _ = try StoredHash(Passwords.nobodysHash).matches(password)
      for cost in hash.cost..<max(hash.cost, bcryptCostMax ?? 0) {
        try Bcrypt.work(password, cost: cost)
      }
    }
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
