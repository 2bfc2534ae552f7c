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

  @Flag(help: "For programs: an object a line.")
  var json = false

  func run() throws {
    var configuration = Configuration(program: "dompet review")
    let database = Service.openForOperator(configuration.finish(configuration.settings()))
    let now = World.real.now()
    var rows: [[String]] = []
    do throws(Refusal) {
      try database.read { db throws(Refusal) in
        try Reviews.list(in: db) { event in
          if json { print(line(event)) } else { rows.append(cells(event, at: now)) }
        }
      }
    } catch {
      Terminal.error("dompet review: the database cannot be read: \(error)")
      throw ExitCode(1)
    }
    if json { return }
    if rows.isEmpty { print("nothing waits for review") } else { show(rows) }
  }

  private func line(_ event: Ledger.Review) -> String {
    let body = String(validating: event.body, as: UTF8.self)
    var writer = JSONWriter()
    writer.object { line in
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
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  private func cells(_ event: Ledger.Review, at now: Timestamp) -> [String] {
    let amount = event.amount.map { "\($0.whole) \(event.currency ?? Money.currency)" }
    return [
      String(event.id), age(now.seconds - event.receivedAt.seconds), amount ?? "-", event.reason,
      event.reference ?? "-", event.invoiceID ?? "-",
    ].map(\.printable)
  }

  private func age(_ seconds: Int64) -> String {
    switch seconds {
    case ..<120: "\(max(0, seconds)) s"
    case ..<7200: "\(seconds / 60) min"
    case ..<172_800: "\(seconds / 3600) h"
    default: "\(seconds / 86_400) d"
    }
  }

  private func show(_ rows: [[String]]) {
    let table = [["ID", "AGE", "AMOUNT", "REASON", "REFERENCE", "INVOICE"]] + rows
    let widths = (0..<6).map { column in table.map { $0[column].count }.max() ?? 0 }
    for row in table {
      let cells = zip(row, widths).map { cell, width in
        cell + String(repeating: " ", count: width - cell.count)
      }
      print(cells.joined(separator: "  "))
    }
  }
}

extension String {
  /// Without characters that could command a terminal, and at most 60 of them.
  var printable: String {
    let clean = String(String.UnicodeScalarView(unicodeScalars.map { $0.isControl ? "?" : $0 }))
    return clean.count > 60 ? clean.prefix(59) + "…" : clean
  }
}
