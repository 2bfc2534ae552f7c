// dompet reverse: posts the opposite of a transaction, once. Neither row is ever edited.

import ArgumentParser
import Domain
import Ledger
import Service

struct Reverse: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Posts the opposite of a transaction, once.",
    discussion: "A repetition changes nothing and says so.")

  @Argument(
    help: "The transaction's id: the wallet's id, a hyphen, and its number there.",
    transform: argument { text throws(Invalid) in
      guard let id = TransactionID(text) else { throw Invalid("is not a transaction's id") }
      return id
    })
  var transaction: TransactionID

  @Flag(help: "Let the balance fall below zero; the transaction says so.")
  var allowNegative = false

  @OptionGroup var act: Act

  func run() throws {
    let (decision, transaction, overdraft) = (try act.decision(), transaction, allowNegative)
    let now = World.real.now()
    let outcome = try Act.perform(
      "dompet reverse", missing: "there is no transaction \(transaction)."
    ) { db throws(Refusal) in
      try Adjustments.reverse(transaction, decision, overdraft: overdraft, at: now, in: db)
    }
    print(outcome.told)
  }
}
