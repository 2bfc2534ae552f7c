// What the outside world knows: what clients, payers and Xendit were told. The ledger is held
// against it.

import Domain
import Payments

/// What a client was told of a top-up.
struct Told: Equatable {
  let id: String
  let reference: String
  let url: String?
}

/// A client's wish, asked for as often as it takes.
struct Order {
  let user: Int
  let amount: Money
  let key: IdempotencyKey?
  var attempts = 0
  var told: Told?
}

/// Everything that must still be true in the end.
final class Books {
  /// Users and their wallets, by number.
  var users: [(user: Identifier, wallet: Identifier)] = []
  var orders: [Order] = []
  /// Digests of the events that were answered, and whether the answer was "credited".
  var answered: [(digest: [UInt8], isCredited: Bool)] = []
  private var topUps: [String: Watch.Change] = [:]
  private var paidReferences: Set<String> = []

  /// Whether a top-up of this reference has been credited.
  func isPaid(_ reference: String) -> Bool { paidReferences.contains(reference) }

  /// Every state that a top-up takes, as it is committed.
  func take(_ changes: [Watch.Change], in episode: Episode) {
    for change in changes {
      let before = topUps.updateValue(change, forKey: change.id)
      guard before != change else { continue }
      episode.trace.add("    \(change.reference): \(change.status) \(change.invoiceID ?? "")")
      if change.status == "PAID" { paidReferences.insert(change.reference) }
      guard let before else {
        episode.tally.count("top-up: none → \(change.status)")
        continue
      }
      if before.status != change.status {
        episode.tally.count("top-up: \(before.status) → \(change.status)")
        if change.status == "PENDING" || (change.status != "PAID" && before.status != "PENDING") {
          episode.found("top-up \(change.id): \(before.status) became \(change.status)")
        }
      }
      guard before.invoiceID != change.invoiceID else { continue }
      episode.tally.count("top-up: \(change.status) gets its invoice")
      if before.invoiceID != nil { episode.found("top-up \(change.id): its invoice changed") }
    }
  }
}
