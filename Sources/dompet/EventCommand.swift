// dompet event: the journal of what Xendit told us, and judging one of it again.

import ArgumentParser
import Crypto
import Domain
import JSON
import Ledger
import Service
import Xendit

struct EventCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "event", abstract: "Looks into what Xendit told.",
    subcommands: [List.self, Show.self, Replay.self])

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lists events, newest first.",
      discussion: "dompet review lists those that wait for an operator, with their evidence.")

    @Option(help: "Only those that are settled, waiting, review, resolved or foreign.")
    var state: Events.State?

    @Option(
      help: "Only those that came since then, such as 2026-11-22T00:00:00Z.",
      transform: argument { text throws(Invalid) in
        guard let time = Timestamp(rfc3339: text) else {
          throw Invalid("must be a date and time with an offset (RFC 3339)")
        }
        return time
      })
    var since: Timestamp?

    @Option(help: "At most so many.")
    var limit = 50

    @OptionGroup var options: ListingOptions

    func validate() throws {
      guard (1...1_000_000).contains(limit) else {
        throw ValidationError("--limit must be from 1 to 1000000.")
      }
    }

    func run() throws {
      let columns = ["ID", "RECEIVED", "STATE", "STATUS", "AMOUNT", "REFERENCE", "REASON"]
      var listing = Listing(columns, options)
      try Reading.perform("dompet event list") { db throws(Refusal) in
        try Journal.list(state: state, since: since, limit: limit, in: db) { event in
          let cells = [
            String(event.id), event.receivedAt.rfc3339, event.state.rawValue, event.status,
            event.told, event.reference, event.reason,
          ]
          listing.add(cells, event.describe)
        }
      }
      listing.finish(empty: "no such event")
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Shows all of an event, and its body if it is still kept.")

    @Argument(help: "The event's id.")
    var id: Int64

    @OptionGroup var options: ListingOptions

    func run() throws {
      let event = try found(id, "dompet event show")
      Listing.show(options, event.parts) { line in
        event.describe(&line)
        let text = event.keptBody.flatMap { String(validating: $0, as: UTF8.self) }
        line.member("body", text)
        if text == nil { line.member("bodyHex", event.keptBody.map(Hex.encode)) }
      }
      if options.json { return }
      guard let body = event.keptBody else { return print("\nThe body is no longer kept.") }
      let text = String(decoding: body, as: UTF8.self)
      print()
      for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
        print(String(line).clean)
      }
    }
  }
}

/// - Throws: exit status 1, having said so, if there is no such event.
func found(_ id: Int64, _ command: String) throws -> JournalEntry {
  let event = try Reading.perform(command) { db throws(Refusal) in try Journal.find(id, in: db) }
  guard let event else {
    Terminal.error("\(command): there is no event \(id). dompet event list lists them.")
    throw ExitCode(1)
  }
  return event
}

extension Events.State: ExpressibleByArgument {}

extension JournalEntry {
  /// What was received; nil if it has been emptied since.
  var keptBody: [UInt8]? {
    body.flatMap { SHA256.hash($0) == digest ? $0 : nil }
  }

  fileprivate var told: String? {
    amount.map { "\($0.whole) \(currency ?? Money.currency)" }
  }

  fileprivate var parts: [(name: String, value: String?)] {
    [
      ("id", String(id)), ("received", receivedAt.rfc3339), ("state", state.rawValue),
      ("reason", reason), ("reference", reference), ("invoice", invoiceID), ("status", status),
      ("amount", told), ("webhook id", webhookID), ("resolution", resolution),
      ("resolved by", resolvedBy), ("resolved", resolvedAt?.rfc3339), ("because", resolutionReason),
      ("SHA-256", Hex.encode(digest)),
    ]
  }

  fileprivate func describe(_ line: inout JSONWriter) {
    line.member("id", id)
    line.member("receivedAt", receivedAt.rfc3339)
    line.member("state", state.rawValue)
    line.member("reason", reason)
    line.member("reference", reference)
    line.member("invoiceId", invoiceID)
    line.member("status", status)
    line.member("amount", amount?.whole)
    line.member("currency", currency)
    line.member("webhookId", webhookID)
    line.member("resolution", resolution)
    line.member("resolvedBy", resolvedBy)
    line.member("resolvedAt", resolvedAt?.rfc3339)
    line.member("resolutionReason", resolutionReason)
    line.member("digest", Hex.encode(digest))
  }
}
