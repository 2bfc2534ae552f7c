// The hash chain of a wallet: each transaction's hash covers its facts and the hash before it, so
// that no row can be changed, taken out or put in without every later hash being wrong.
//
// hash = SHA-256 (previous hash, 32 bytes ‖ the row as a JSON array in UTF-8 without white space):
// [wallet_id, sequence, type, amount, balance_after, reference, invoice_id, counterparty,
// created_at], numbers as digits, what is absent as null. The description is left out: it may name
// a person, and a person can ask to be forgotten.

import Crypto
import Domain
import JSON

/// The end of a wallet's chain.
struct Chain {
  /// The head of a wallet without transactions.
  static let empty = [UInt8](repeating: 0, count: 32)

  let wallet: Identifier
  let sequence: Int64
  let balance: Money
  let head: [UInt8]
  /// Of the newest transaction, or of the wallet if there is none.
  let newestAt: Timestamp

  /// The chain's next transaction.
  struct Link {
    let sequence: Int64
    let balanceAfter: Money
    let createdAt: Timestamp
    let hash: [UInt8]
  }

  /// What `posting` becomes as the next transaction. Its time is `now`, but never before the
  /// wallet's newest, whatever the clock did.
  /// - Parameter overdraft: whether the balance may fall below zero. Money that comes in is always
  ///   welcome, even if the balance stays below.
  /// - Throws: `.insufficientFunds` if the balance would fall below zero.
  func link(
    _ posting: Posting, overdraft: Bool = false, at now: Timestamp
  ) throws(Refusal) -> Link {
    let balanceAfter: Money
    do {
      balanceAfter = try balance.adding(posting.amount)
    } catch {
      throw .broken(evidence: "the balance of wallet \(wallet) \(error.detail)")
    }
    guard overdraft || balanceAfter >= .zero || posting.amount > .zero else {
      throw .insufficientFunds
    }
    let createdAt = max(now, newestAt)
    let next = sequence &+ 1
    var hash = SHA256()
    hash.update(head)
    hash.update(canonicalRow(posting, sequence: next, balanceAfter, createdAt))
    return Link(
      sequence: next, balanceAfter: balanceAfter, createdAt: createdAt, hash: hash.finish())
  }

  private func canonicalRow(
    _ posting: Posting, sequence: Int64, _ balanceAfter: Money, _ createdAt: Timestamp
  ) -> [UInt8] {
    var writer = JSONWriter()
    writer.array { row in
      row.element(wallet.text)
      row.element(sequence)
      row.element(posting.kind.rawValue)
      row.element(posting.amount.rupiah)
      row.element(balanceAfter.rupiah)
      row.element(posting.reference)
      row.element(posting.invoiceID)
      row.element(posting.counterparty)
      row.element(createdAt.microseconds)
    }
    return writer.bytes
  }
}
