// dompet top-up show: the whole story of one top-up.

import ArgumentParser
import Domain
import JSON
import Ledger
import Service

struct TopUpCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "top-up", abstract: "Looks into a top-up.", subcommands: [Show.self])

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Tells all that is known of a top-up, in order of time.")

    @Argument(help: "Its reference (WTU-…), its id, or the id of an invoice.")
    var name: String

    @OptionGroup var options: ListingOptions

    func run() throws {
      let (name, command) = (name, "dompet top-up show")
      let story = try Reading.perform(command) { db throws(Refusal) in
        try Story.find(name, in: db)
      }
      guard let story else {
        Terminal.error("\(command): there is no top-up \(name.printable).")
        throw ExitCode(1)
      }
      Listing.show(options, story.parts, story.describe)
      if options.json { return }
      print()
      for chapter in story.chapters {
        let amount = chapter.amount.map { "\($0.whole) \(Money.currency): " } ?? ""
        print("\(chapter.at.rfc3339)  \(chapter.what): \(amount)\(chapter.detail.clean)")
      }
    }
  }
}

extension Story {
  fileprivate var parts: [(name: String, value: String?)] {
    [
      ("reference", topUp.reference.text), ("id", topUp.id.text), ("user", topUp.userID.text),
      ("wallet", topUp.walletID.text), ("amount", "\(topUp.amount.whole) \(Money.currency)"),
      ("status", topUp.status.rawValue + (isLate ? ", paid after its end" : "")),
      ("idempotency key", idempotencyKey), ("invoice", topUp.invoice?.id),
      ("link", topUp.invoice?.url), ("paid invoice", paidInvoiceID),
      ("leased until", topUp.leaseUntil?.rfc3339),
    ]
  }

  fileprivate func describe(_ line: inout JSONWriter) {
    line.member("reference", topUp.reference.text)
    line.member("id", topUp.id.text)
    line.member("userId", topUp.userID.text)
    line.member("walletId", topUp.walletID.text)
    line.member("amount", topUp.amount.whole)
    line.member("currency", Money.currency)
    line.member("status", topUp.status.rawValue)
    line.member("paidLate", isLate)
    line.member("idempotencyKey", idempotencyKey)
    line.member("invoiceId", topUp.invoice?.id)
    line.member("invoiceUrl", topUp.invoice?.url)
    line.member("paidInvoiceId", paidInvoiceID)
    line.member("leaseUntil", topUp.leaseUntil?.rfc3339)
    let tell: (inout JSONWriter) -> Void = { story in
      for chapter in chapters {
        story.element { element in
          element.member("at", chapter.at.rfc3339)
          element.member("what", chapter.what)
          element.member("amount", chapter.amount?.whole)
          element.member("detail", chapter.detail)
        }
      }
    }
    line.member("story", array: tell)
  }
}
