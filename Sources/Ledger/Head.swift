// Where a wallet's chain ended when it was printed. Kept outside the database it is an anchor:
// whoever can write the file can compute a whole new chain, but not one that leads past it.

import Crypto
import Domain
import Storage

/// A wallet's newest transaction at some moment. A chain may have grown since, nothing else.
public struct Head: Equatable, Sendable {
  public let wallet: Identifier
  public let sequence: Int64
  let hash: [UInt8]

  init(wallet: Identifier, sequence: Int64, hash: [UInt8]) {
    self.wallet = wallet
    self.sequence = sequence
    self.hash = hash
  }

  /// From a line as `line` gives it.
  public init(line: String) throws(Invalid) {
    let parts = line.split(separator: " ", omittingEmptySubsequences: false)
    guard parts.count == 3, let wallet = Identifier(String(parts[0])),
      let sequence = Int64(parts[1]), sequence >= 0, String(sequence) == parts[1],
      let hash = Hex.decode(String(parts[2])), hash.count == Chain.empty.count
    else { throw Invalid("is not a wallet's id, a number and 64 hexadecimal digits") }
    self.init(wallet: wallet, sequence: sequence, hash: hash)
  }

  /// The wallet's id, the sequence, and the hash in hexadecimal digits.
  public var line: String { "\(wallet) \(sequence) \(Hex.encode(hash))" }
}

extension Audit {
  /// Holds the ledger against a head that was printed before: the wallet must be there, and its
  /// transaction of that number must have that hash. That the chain leads there and on is for
  /// `run` to see.
  public mutating func compare(with head: Head, in db: any Connection) throws(Refusal) {
    counts.heads += 1
    let place = "wallet \(head.wallet), transaction \(head.sequence)"
    let hashes = try db.query(
      """
      SELECT hash FROM wallets AS w LEFT JOIN wallet_transactions AS t
        ON t.wallet_id = w.id AND t.sequence = $2
      WHERE w.id = $1
      """,
      [.text(head.wallet.text), .integer(head.sequence)]
    ) { row throws(Refusal) in try row.optionalBytes(0) }
    guard let stored = hashes.first else {
      return found(place, "was printed, and there is no such wallet any more")
    }
    guard let hash = head.sequence == 0 ? Chain.empty : stored else {
      return found(place, "was printed, and the wallet ends before it")
    }
    if hash != head.hash { found(place, "was printed with another hash") }
  }
}
