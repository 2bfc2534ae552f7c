// A user's money, and the postings that made it.

/// A wallet as its owner sees it.
public struct Wallet: Equatable, Sendable {
  public let id: Identifier
  public let balance: Money
  public let createdAt: Timestamp
  public let updatedAt: Timestamp

  public init(id: Identifier, balance: Money, createdAt: Timestamp, updatedAt: Timestamp) {
    self.id = id
    self.balance = balance
    self.createdAt = createdAt
    self.updatedAt = updatedAt
  }
}

/// One movement of money, before the ledger has given it its place in the wallet.
public struct Posting: Equatable, Sendable {
  public let kind: Kind
  /// Signed: what the balance changes by.
  public let amount: Money
  public let description: String
  /// `WTU-…` of the top-up, `TRF-…` of the transfer, `ADJ-…` for the key of an adjustment,
  /// `REV-…` for the transaction that is reversed.
  public let reference: String?
  /// The provider's invoice that was paid: the once-only key of a top-up.
  public let invoiceID: String?
  /// The other side: `xendit`, a wallet's id, or `operator:NAME`; `xendit operator:NAME` where an
  /// operator credited what the provider reported.
  public let counterparty: String

  public init(
    kind: Kind, amount: Money, description: String, reference: String?, invoiceID: String?,
    counterparty: String
  ) {
    self.kind = kind
    self.amount = amount
    self.description = description
    self.reference = reference
    self.invoiceID = invoiceID
    self.counterparty = counterparty
  }

  /// What kind of movement it is.
  public enum Kind: String, Sendable {
    case topUp = "TOP_UP"
    case transferIn = "TRANSFER_IN"
    case transferOut = "TRANSFER_OUT"
    case adjustment = "ADJUSTMENT"
  }
}
