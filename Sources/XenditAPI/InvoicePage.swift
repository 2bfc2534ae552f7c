// A page of Xendit's list of invoices, on which those of other businesses stand too.

import Domain
import JSON
import Xendit

/// Some of the account's invoices.
public struct InvoicePage: Sendable {
  /// As many as stay below a response of 1 MiB, at 5 to 10 kB each.
  static let invoicesMax = 50

  /// Those that bear a reference of ours.
  public let invoices: [Invoice]
  /// Those that bear a reference of ours and cannot be read, as Xendit described them.
  public let unreadable: [[UInt8]]
  /// Where the next page begins; nil if this was the last one.
  public let lastID: String?

  init(_ elements: [JSONValue], after last: String?) throws(XenditFailure) {
    let ours = elements.filter { TopUpReference($0["external_id"]?.string ?? "") != nil }
    invoices = ours.compactMap { try? Invoice($0) }
    unreadable = ours.filter { (try? Invoice($0)) == nil }.map { element in
      var writer = JSONWriter()
      writer.value(element)
      return writer.bytes
    }
    guard let end = elements.last else {
      lastID = nil
      return
    }
    guard let id = end["id"]?.string, !id.isEmpty, id != last else {
      throw .unknown(evidence: "the list does not say how it goes on")
    }
    lastID = id
  }
}
