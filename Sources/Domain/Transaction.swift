// A transaction as the ledger keeps it: a posting with its place in a wallet.

/// The public id of a transaction: `<wallet>-<sequence>`, to others an opaque string.
public struct TransactionID: Hashable, Sendable, CustomStringConvertible {
  public let wallet: Identifier
  /// From 1, without a hole.
  public let sequence: Int64

  public init(wallet: Identifier, sequence: Int64) {
    self.wallet = wallet
    self.sequence = sequence
  }

  /// Nil unless `text` is the form that `text` gives.
  public init?(_ text: String) {
    guard let hyphen = text.lastIndex(of: "-"), let wallet = Identifier(String(text[..<hyphen])),
      let sequence = Int64(text[text.index(after: hyphen)...]), sequence > 0,
      text == "\(wallet)-\(sequence)"
    else { return nil }
    self.init(wallet: wallet, sequence: sequence)
  }

  public var text: String { "\(wallet)-\(sequence)" }
  public var description: String { text }
}

/// A movement of money that has happened.
public struct Transaction: Equatable, Sendable {
  public let id: TransactionID
  public let posting: Posting
  public let balanceAfter: Money
  public let createdAt: Timestamp

  public init(id: TransactionID, posting: Posting, balanceAfter: Money, createdAt: Timestamp) {
    self.id = id
    self.posting = posting
    self.balanceAfter = balanceAfter
    self.createdAt = createdAt
  }
}
