// The report on an invoice that Xendit sends to the webhook; its answers have the same members.

import Domain
import JSON

/// Why a body is no report on an invoice: every mistake, with its place.
public struct UnreadableEvent: Error, Equatable, Sendable {
  public let faults: [Fault]

  public init(faults: [Fault]) {
    self.faults = faults
  }
}

extension Event {
  /// Reads the body of an invoice webhook. Unknown members are ignored.
  ///
  /// - Throws: if the body is no JSON, repeats a name, or lacks `id`, `external_id` or `status` as
  ///   strings that are not empty.
  public init(webhook body: [UInt8]) throws(UnreadableEvent) {
    let json: JSONValue
    do throws(JSONSyntaxError) {
      json = try JSONValue.parse(body)
    } catch {
      let detail = "is unreadable at byte \(error.offset): \(error.reason)"
      throw UnreadableEvent(faults: [Fault(pointer: error.pointer ?? "", detail: detail)])
    }
    try self.init(xendit: json)
  }

  /// `paid_amount` counts if it is there, else `amount`; one that is no whole number of rupiah is
  /// as good as none. A currency that is no string is a wrong one.
  public init(xendit json: JSONValue) throws(UnreadableEvent) {
    guard case .object = json else {
      let fault = Fault(pointer: "", detail: "a JSON object is required")
      throw UnreadableEvent(faults: [fault])
    }
    let needed = ["id", "external_id", "status"]
    let texts = needed.map { json[$0]?.string ?? "" }
    let faults = zip(needed, texts).filter { $0.1.isEmpty }.map { name, _ in
      Fault(pointer: "/\(name)", detail: "must be a string that is not empty")
    }
    guard faults.isEmpty else { throw UnreadableEvent(faults: faults) }
    let amounts = [json["paid_amount"], json["amount"]].compactMap { $0 }
    let rupiah = amounts.first { $0 != .null }?.number?.exactInteger
    let currency = json["currency"].flatMap { $0 == .null ? nil : $0.string ?? "" }
    self.init(
      invoiceID: texts[0], reference: texts[1], status: Event.asciiUpperCased(texts[2]),
      amount: rupiah.map { Money(rupiah: $0) }, currency: currency,
      paidAt: json["paid_at"]?.string.flatMap { Timestamp(rfc3339: $0) })
  }

  /// Not Unicode's: it makes an `I` of the dotless `ı` too.
  private static func asciiUpperCased(_ text: String) -> String {
    let lower = UInt8(ascii: "a")...UInt8(ascii: "z")
    return String(decoding: text.utf8.map { lower.contains($0) ? $0 - 32 : $0 }, as: UTF8.self)
  }
}
