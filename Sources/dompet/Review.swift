// dompet review: what could not be settled, before an operator, with its evidence.

import ArgumentParser
import Crypto
import Domain
import JSON
import Ledger
import Service

struct Review: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Lists the events that wait for an operator.",
    discussion: "With --json an object a line, with the whole evidence.",
    subcommands: [Resolve.self])

  @OptionGroup var options: ListingOptions

  func run() throws {
    var configuration = Configuration.forOperator("dompet review")
    let database = Service.openForOperator(configuration.finish(configuration.settings()))
    let now = World.real.now()
    var listing = Listing(["ID", "AGE", "AMOUNT", "REASON", "REFERENCE", "INVOICE"], options)
    do throws(Refusal) {
      try database.read { db throws(Refusal) in
        try Reviews.list(in: db) { event in
          listing.add(cells(event, at: now)) { describe(event, &$0) }
        }
      }
    } catch {
      Terminal.error("dompet review: the database cannot be read: \(error)")
      throw ExitCode(1)
    }
    listing.finish(empty: "nothing waits for review")
  }

  private func cells(_ event: Ledger.Review, at now: Timestamp) -> [String?] {
    let amount = event.amount.map { "\($0.whole) \(event.currency ?? Money.currency)" }
    return [
      String(event.id), age(now.seconds - event.receivedAt.seconds), amount, event.reason,
      event.reference, event.invoiceID,
    ]
  }

  private func describe(_ event: Ledger.Review, _ line: inout JSONWriter) {
    let body = String(validating: event.body, as: UTF8.self)
    line.member("id", event.id)
    line.member("receivedAt", event.receivedAt.rfc3339)
    line.member("reason", event.reason)
    line.member("invoiceId", event.invoiceID)
    line.member("reference", event.reference)
    line.member("status", event.status)
    line.member("amount", event.amount?.whole)
    line.member("currency", event.currency)
    line.member("body", body)
    if body == nil { line.member("bodyHex", Hex.encode(event.body)) }
  }
}
