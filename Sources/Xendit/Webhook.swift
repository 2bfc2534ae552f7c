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
    guard let id = json.text("id"), let reference = json.text("external_id"),
      let status = json.text("status")
    else { throw Event.lacking(json) }
    let amount = json.given("paid_amount") ?? json.given("amount")
    self.init(
      invoiceID: id, reference: reference, status: Event.asciiUpperCased(status),
      amount: amount?.number?.exactInteger.map { Money(rupiah: $0) },
      currency: json.given("currency").map { ($0.string ?? "").storable },
      paidAt: json["paid_at"]?.string.flatMap { Timestamp(rfc3339: $0) })
  }

  private static func lacking(_ json: JSONValue) -> UnreadableEvent {
    let names = ["id", "external_id", "status"].filter { json.text($0) == nil }
    return UnreadableEvent(
      faults: names.map { name in
        Fault(pointer: "/\(name)", detail: "must be a string that is not empty")
      })
  }

  /// Not Unicode's: it makes an `I` of the dotless `ı` too.
  private static func asciiUpperCased(_ text: String) -> String {
    let lower = UInt8(ascii: "a")...UInt8(ascii: "z")
    guard text.utf8.contains(where: lower.contains) else { return text }
    return String(decoding: text.utf8.map { lower.contains($0) ? $0 - 32 : $0 }, as: UTF8.self)
  }
}

extension JSONValue {
  /// A member that is a string and not empty.
  fileprivate func text(_ name: String) -> String? {
    guard let text = self[name]?.string, !text.isEmpty else { return nil }
    return text.storable
  }

  /// A member that is there and not null.
  fileprivate func given(_ name: String) -> JSONValue? {
    switch self[name] {
    case nil, .null?: nil
    case let value?: value
    }
  }
}

extension String {
  /// NUL, which JSON can spell and PostgreSQL's TEXT cannot hold, as U+FFFD: no text of ours has
  /// either, and the body is kept as it came.
  fileprivate var storable: String {
    guard utf8.contains(0) else { return self }
    let scalars = unicodeScalars.map { $0 == "\0" ? "\u{FFFD}" : $0 }
    return String(String.UnicodeScalarView(scalars))
  }
}
