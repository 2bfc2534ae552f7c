// Statements that look transactions up. `Wallets.post` is the only one that makes them.

import Domain
import Storage

/// What has moved.
public enum Transactions {
  /// The transaction of this id.
  public static func find(
    _ id: TransactionID, in db: any Connection
  ) throws(Refusal) -> Transaction? {
    try db.first(
      """
      SELECT wallet_id, sequence, type, amount, description, reference, invoice_id, counterparty,
        balance_after, created_at
      FROM wallet_transactions WHERE wallet_id = $1 AND sequence = $2
      """,
      [.text(id.wallet.text), .integer(id.sequence)], transaction)
  }

  /// The transaction that credited an invoice, if one did.
  public static func find(
    invoiceID: String, in db: any Connection
  ) throws(Refusal) -> Transaction? {
    try db.first(
      """
      SELECT wallet_id, sequence, type, amount, description, reference, invoice_id, counterparty,
        balance_after, created_at
      FROM wallet_transactions WHERE invoice_id = $1
      """,
      [.text(invoiceID)], transaction)
  }

  /// A wallet's adjustment of this reference.
  public static func find(
    adjustment reference: String, of wallet: Identifier, in db: any Connection
  ) throws(Refusal) -> Transaction? {
    try db.first(
      """
      SELECT wallet_id, sequence, type, amount, description, reference, invoice_id, counterparty,
        balance_after, created_at
      FROM wallet_transactions
      WHERE type <> 'TOP_UP' AND reference = $1 AND type = 'ADJUSTMENT' AND wallet_id = $2
      """,
      [.text(reference), .text(wallet.text)], transaction)
  }

  static func transaction(_ row: borrowing Row) throws(Refusal) -> Transaction {
    try transaction(row, of: try row.identifier(0))
  }

  /// The same where the wallet is known, so that its column need not be read.
  static func transaction(
    _ row: borrowing Row, of wallet: Identifier
  ) throws(Refusal) -> Transaction {
    Transaction(
      id: TransactionID(wallet: wallet, sequence: try row.integer(1)),
      posting: Posting(
        kind: try row.parsed(2) { Posting.Kind(rawValue: $0) }, amount: try row.money(3),
        description: try row.text(4), reference: try row.optionalText(5),
        invoiceID: try row.optionalText(6), counterparty: try row.text(7)),
      balanceAfter: try row.money(8), createdAt: try row.timestamp(9))
  }
}
