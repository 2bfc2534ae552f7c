// dompet wallet show: a wallet, and what moved in it last.

import ArgumentParser
import Domain
import JSON
import Ledger
import Service

struct WalletCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wallet", abstract: "Shows wallets.", subcommands: [WalletShow.self])
}

struct WalletShow: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Shows a wallet and its newest transactions.",
    discussion: """
      The head is the end of the chain of transactions, as dompet verify --print-heads prints it: \
      the wallet's id, the newest transaction's number, and its hash.
      """)

  @Argument(help: "The user's name or id, or the wallet's id.")
  var wallet: String

  @Option(help: "How many transactions, from 0 to 1000.")
  var limit = 10

  @OptionGroup var options: ListingOptions

  func validate() throws {
    guard (0...1000).contains(limit) else {
      throw ValidationError("--limit must be from 0 to 1000.")
    }
  }

  func run() throws {
    let missing =
      "there is no wallet or user \(wallet.printable). Give a user name, a user's id or a wallet's."
    let (found, transactions) = try Reading.perform(
      "dompet wallet show", missing: missing
    ) { db throws(Refusal) in
      guard let found = try Wallets.find(idOrUser: wallet, in: db) else { throw .notFound }
      let span = try History.span(of: found.wallet.id, .init(), in: db)
      return (found, try History.page(of: span, limit: limit, in: db).items)
    }
    let shown = found.wallet
    Listing.show(
      options,
      [
        ("id", shown.id.text), ("user", found.user.text),
        ("balance", "\(shown.balance.whole) \(Money.currency)"),
        ("transactions", String(found.head.sequence)), ("made", shown.createdAt.rfc3339),
        ("moved", shown.updatedAt.rfc3339),
      ]
    ) { line in
      line.member("id", shown.id.text)
      line.member("userId", found.user.text)
      line.member("balance", shown.balance.whole)
      line.member("currency", Money.currency)
      line.member("head", found.head.line)
      line.member("createdAt", shown.createdAt.rfc3339)
      line.member("updatedAt", shown.updatedAt.rfc3339)
      line.member(
        "transactions",
        array: { array in
          for transaction in transactions { array.element { describe(transaction, &$0) } }
        })
    }
    if !options.json { tell(transactions, found.head) }
  }

  private func describe(_ transaction: Transaction, _ line: inout JSONWriter) {
    let posting = transaction.posting
    line.member("id", transaction.id.text)
    line.member("createdAt", transaction.createdAt.rfc3339)
    line.member("type", posting.kind.rawValue)
    line.member("amount", posting.amount.whole)
    line.member("balanceAfter", transaction.balanceAfter.whole)
    line.member("reference", posting.reference)
    line.member("invoiceId", posting.invoiceID)
    line.member("counterparty", posting.counterparty)
    line.member("description", posting.description)
  }

  private func tell(_ transactions: [Transaction], _ head: Head) {
    print("head: \(head.line)\n")
    var listing = Listing(
      ["NUMBER", "WHEN", "TYPE", "AMOUNT", "BALANCE", "REFERENCE", "OTHER SIDE", "TEXT"], options)
    for transaction in transactions {
      let posting = transaction.posting
      listing.add(
        [
          String(transaction.id.sequence), transaction.createdAt.rfc3339, posting.kind.rawValue,
          posting.amount.whole, transaction.balanceAfter.whole, posting.reference,
          posting.counterparty, posting.description,
        ]
      ) { _ in }
    }
    listing.finish(empty: limit == 0 ? "" : "nothing has moved yet")
  }
}
