// The report on an invoice that Xendit sends to the webhook; its answers have the same members.

import Domain
import JSON

extension Event {
  /// Reads the body of an invoice webhook. Unknown members are ignored.
  ///
  /// - Throws: `Invalid` if the body is no JSON, repeats a name, or lacks `id`, `external_id` or
  ///   `status` as strings that are not empty.
  public init(webhook body: [UInt8]) throws(Invalid) {
    let json: JSONValue
    do throws(JSONSyntaxError) {
      json = try JSONValue.parse(body)
    } catch {
      throw Invalid("is unreadable: \(error.reason) at byte \(error.offset)")
    }
    try self.init(xendit: json)
  }

  /// `paid_amount` counts if it is there, else `amount`; one that is no whole number of rupiah is
  /// as good as none. A currency that is no string is a wrong one.
  init(xendit json: JSONValue) throws(Invalid) {
    let amounts = [json["paid_amount"], json["amount"]].compactMap { $0 }
    let rupiah = amounts.first { $0 != .null }?.number?.exactInteger
    let currency = json["currency"].flatMap { $0 == .null ? nil : $0.string ?? "" }
    try self.init(
      invoiceID: Event.text(json, "id"), reference: Event.text(json, "external_id"),
      status: Event.asciiUpperCased(Event.text(json, "status")),
      amount: rupiah.map { Money(rupiah: $0) }, currency: currency)
  }

  private static func text(_ json: JSONValue, _ name: String) throws(Invalid) -> String {
    guard let text = json[name]?.string, !text.isEmpty else { throw Invalid("has no \(name)") }
    return text
  }

  /// Not Unicode's: it makes an `I` of the dotless `ı` too.
  private static func asciiUpperCased(_ text: String) -> String {
    let lower = UInt8(ascii: "a")...UInt8(ascii: "z")
    return String(decoding: text.utf8.map { lower.contains($0) ? $0 - 32 : $0 }, as: UTF8.self)
  }
}
