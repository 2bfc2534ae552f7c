// Corrections by an operator: new rows, never edits, each at most once.

import Domain
import Storage

/// What an operator adds to a wallet or takes from it.
public enum Adjustments {
  /// What became of an adjustment.
  public struct Outcome: Equatable, Sendable {
    public let transaction: Transaction
    /// It had been made before, and nothing was done now.
    public let isReplay: Bool
  }

  /// Changes a wallet's balance by `amount`.
  /// - Parameters:
  ///   - key: names this operation on this wallet, so that a repetition changes nothing.
  ///   - overdraft: whether the balance may fall below zero; that it might is kept in the row.
  /// - Throws: `.insufficientFunds`; `.idempotencyKeyReused` if the key came before with another
  ///   amount; `.invalid` if the amount is zero; `.notFound` if there is no such wallet.
  public static func adjust(
    _ wallet: Identifier, by amount: Money, _ decision: Decision, key: IdempotencyKey?,
    overdraft: Bool, at now: Timestamp, in db: any Connection
  ) throws(Refusal) -> Outcome {
    guard amount != .zero else {
      throw .invalid([Fault(pointer: "", detail: "an adjustment by 0 changes nothing")])
    }
    let posting = posting(
      amount, decision, decision.reason.text, reference: key.map { "ADJ-\($0.text)" },
      overdraft: overdraft)
    return try post(posting, to: wallet, overdraft: overdraft, at: now, in: db)
  }

  /// Posts the opposite of a transaction, once.
  /// - Throws: `.insufficientFunds`; `.notFound` if there is no such transaction; `.conflict` if it
  ///   is one side of a transfer: the other side would keep its money.
  public static func reverse(
    _ id: TransactionID, _ decision: Decision, overdraft: Bool, at now: Timestamp,
    in db: any Connection
  ) throws(Refusal) -> Outcome {
    guard let original = try Transactions.find(id, in: db) else { throw .notFound }
    guard [.topUp, .adjustment].contains(original.posting.kind) else {
      throw .conflict(
        detail: "\(id) is one side of a transfer, the other would stay. Adjust both wallets.")
    }
    guard let amount = try? original.posting.amount.negated() else {
      throw .broken(evidence: "the opposite of \(id) is more money than can be counted")
    }
    let posting = posting(
      amount, decision, "Reversal of \(id): \(decision.reason.text)", reference: "REV-\(id)",
      overdraft: overdraft)
    return try post(posting, to: id.wallet, overdraft: overdraft, at: now, in: db)
  }

  private static func posting(
    _ amount: Money, _ decision: Decision, _ description: String, reference: String?,
    overdraft: Bool
  ) -> Posting {
    Posting(
      kind: .adjustment, amount: amount,
      description: overdraft ? description + " (may fall below zero)" : description,
      reference: reference, invoiceID: nil, counterparty: decision.name.counterparty)
  }

  private static func post(
    _ posting: Posting, to wallet: Identifier, overdraft: Bool, at now: Timestamp,
    in db: any Connection
  ) throws(Refusal) -> Outcome {
    try db.serialize(on: [Turn.wallet(wallet)])
    if let reference = posting.reference,
      let earlier = try Transactions.find(adjustment: reference, of: wallet, in: db)
    {
      guard earlier.posting.amount == posting.amount else { throw .idempotencyKeyReused }
      return Outcome(transaction: earlier, isReplay: true)
    }
    guard try Wallets.exists(wallet, in: db) else { throw .notFound }
    let made = try Wallets.post(posting, overdraft: overdraft, to: wallet, at: now, in: db)
    return Outcome(transaction: made, isReplay: false)
  }
}
