// Transfers: two transactions, one in each wallet, and the row that holds them together. All three
// are written in one transaction of the store, so that money is never on its way.

import Domain
import Storage

/// Money from one user to another.
public enum Transfers {
  /// What became of an order.
  public struct Outcome: Equatable, Sendable {
    /// The sender's side.
    public let transaction: Transaction
    /// It had been made before, and nothing was done now.
    public let isReplay: Bool
  }

  /// Moves the money, or finds that the same order moved it before.
  /// - Parameter reference: for both sides, if it is new.
  /// - Throws: `.insufficientFunds`; `.transferRefused` if it is to oneself, to nobody, to a
  ///   disabled user, or more than the limits allow; `.idempotencyKeyReused` if the key came before
  ///   with another order. Nothing remains of an order that was refused, nor of its key.
  public static func make(
    _ order: TransferOrder, reference: TransferReference, limits: TransferLimits,
    at now: Timestamp, in db: any Connection
  ) throws(Refusal) -> Outcome {
    guard let sender = try Wallets.find(ofUser: order.from, in: db)?.id else {
      throw .broken(evidence: "a user has no wallet")
    }
    let recipient = try recipient(order.to, in: db)
    try db.serialize(on: [sender, recipient?.wallet].compactMap { $0.map(Turn.wallet) })
    if let earlier = try find(key: order.key, from: sender, in: db) {
      guard earlier.is(order, to: recipient?.wallet) else { throw .idempotencyKeyReused }
      return Outcome(transaction: earlier, isReplay: true)
    }
    guard let recipient, recipient.isActive else {
      throw .transferRefused(detail: "Nobody of this name can receive money.")
    }
    guard recipient.wallet != sender else {
      throw .transferRefused(detail: "The money would go to the wallet that it comes from.")
    }
    let made = try move(
      order, reference, from: sender, to: recipient.wallet, limits: limits, at: now, in: db)
    return Outcome(transaction: made, isReplay: false)
  }

  /// The sender's side of the transfer that was ordered under this key.
  private static func find(
    key: IdempotencyKey, from wallet: Identifier, in db: any Connection
  ) throws(Refusal) -> Transaction? {
    let sequence = try db.first(
      "SELECT from_sequence FROM transfers WHERE from_wallet_id = $1 AND idempotency_key = $2",
      [.text(wallet.text), .text(key.text)]
    ) { row throws(Refusal) in try row.integer(0) }
    guard let sequence else { return nil }
    let id = TransactionID(wallet: wallet, sequence: sequence)
    guard let transaction = try Transactions.find(id, in: db) else {
      throw .broken(evidence: "transfer \(id) has no transaction")
    }
    return transaction
  }

  private static func recipient(
    _ username: Username, in db: any Connection
  ) throws(Refusal) -> (wallet: Identifier, isActive: Bool)? {
    try db.first(
      """
      SELECT w.id, u.is_active FROM users AS u JOIN wallets AS w ON w.user_id = u.id
      WHERE u.username = $1
      """,
      [.text(username.text)]
    ) { row throws(Refusal) in (try row.identifier(0), try row.integer(1) == 1) }
  }

  private static func move(
    _ order: TransferOrder, _ reference: TransferReference, from sender: Identifier,
    to recipient: Identifier, limits: TransferLimits, at now: Timestamp, in db: any Connection
  ) throws(Refusal) -> Transaction {
    guard order.amount > .zero, let withdrawn = try? order.amount.negated() else {
      throw .broken(evidence: "a transfer of \(order.amount.whole)")
    }
    let sent = try Wallets.post(
      Posting(
        kind: .transferOut, amount: withdrawn, description: order.text?.text ?? "",
        reference: reference.text, invoiceID: nil, counterparty: recipient.text),
      to: sender, at: now, in: db)
    let received = try Wallets.post(
      Posting(
        kind: .transferIn, amount: order.amount, description: order.text?.text ?? "",
        reference: reference.text, invoiceID: nil, counterparty: sender.text),
      to: recipient, at: now, in: db)
    let earlier = try sentBefore(sent, in: db)
    let today = try limits.add(order.amount, toDay: earlier)
    try db.execute(
      """
      INSERT INTO transfers (from_wallet_id, from_sequence, to_wallet_id, to_sequence,
        idempotency_key, sent_that_day)
      VALUES ($1, $2, $3, $4, $5, $6)
      """,
      [
        .text(sender.text), .integer(sent.id.sequence), .text(recipient.text),
        .integer(received.id.sequence), .text(order.key.text), .integer(today.rupiah),
      ])
    return sent
  }

  /// What the sender had sent before on the day of this transaction: each transfer knows the sum,
  /// so that the newest one says it, however many there were.
  private static func sentBefore(
    _ transaction: Transaction, in db: any Connection
  ) throws(Refusal) -> Money {
    let newest = try db.first(
      """
      SELECT t.sent_that_day, p.created_at
      FROM transfers AS t JOIN wallet_transactions AS p
        ON p.wallet_id = t.from_wallet_id AND p.sequence = t.from_sequence
      WHERE t.from_wallet_id = $1 ORDER BY t.from_sequence DESC LIMIT 1
      """,
      [.text(transaction.id.wallet.text)]
    ) { row throws(Refusal) in (sum: try row.money(0), at: try row.timestamp(1)) }
    guard let newest, newest.at.date == transaction.createdAt.date else { return .zero }
    return newest.sum
  }
}

extension Transaction {
  /// Whether just this was ordered.
  fileprivate func `is`(_ order: TransferOrder, to recipient: Identifier?) -> Bool {
    posting.counterparty == recipient?.text && (try? posting.amount.negated()) == order.amount
      && posting.description.utf8.elementsEqual((order.text?.text ?? "").utf8)
  }
}
