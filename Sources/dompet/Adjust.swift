// dompet adjust: adds to a user's wallet or takes from it, with a reason. A new row, never an edit.

import ArgumentParser
import Domain
import Ledger
import Service

struct Adjust: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Adds money to a user's wallet, or takes some.",
    usage: "dompet adjust USER AMOUNT --reason TEXT [--key KEY] [--allow-negative]",
    discussion: """
      AMOUNT is whole rupiah; with - in front it is taken from the wallet. With --key, a \
      repetition with the same key, user and amount changes nothing and says so.
      """)

  @Argument(help: "The user's name, or their id.")
  var user: String

  // Alone this way of parsing takes a negative amount for what it is, not for an option.
  @Argument(parsing: .allUnrecognized, help: "Whole rupiah.", transform: argument(Money.init))
  var amount: [Money]

  @Option(
    help: "Names this adjustment of this user: it is made once.",
    transform: argument(IdempotencyKey.init))
  var key: IdempotencyKey?

  @Flag(help: "Let the balance fall below zero; the transaction says so.")
  var allowNegative = false

  @OptionGroup var act: Act

  func validate() throws {
    guard amount.count == 1 else { throw ValidationError("Give one amount.") }
  }

  func run() throws {
    let (decision, user, key, overdraft) = (try act.decision(), user, key, allowNegative)
    let (amount, now) = (amount.first ?? .zero, World.real.now())
    let outcome = try Act.perform(
      "dompet adjust", missing: "there is no user \(user.printable). Give a user name or an id."
    ) { db throws(Refusal) in
      guard let wallet = try Users.wallet(ofUser: user, in: db) else { throw .notFound }
      return try Adjustments.adjust(
        wallet, by: amount, decision, key: key, overdraft: overdraft, at: now, in: db)
    }
    print(outcome.told)
  }
}

extension Adjustments.Outcome {
  /// For the person who asked for it.
  var told: String {
    """
    \(isReplay ? "done before" : "done"): transaction \(transaction.id), \
    \(transaction.posting.amount.whole) IDR, balance after it \(transaction.balanceAfter.whole) IDR
    """
  }
}
