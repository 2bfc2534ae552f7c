// One call on Xendit, read from the request that would go over the wire.

import HTTPClient
import JSON

/// What a program asks of Xendit.
struct Call {
  enum Kind: String, CaseIterable { case create, find, get, expire, list }

  static let baseURL = "https://api.xendit.co"

  let kind: Kind
  /// The reference to create or find, the id to get or expire, or to list on from.
  let subject: String
  /// The body of a create.
  let body: JSONValue?

  /// Nil if Xendit has no such call.
  init?(_ request: HTTPRequest) {
    let path = request.url.dropFirst(Call.baseURL.count)
    body = request.body.flatMap { try? JSONValue.parse($0) }
    switch (request.method, path) {
    case ("POST", "/v2/invoices"):
      guard let reference = body?["external_id"]?.string else { return nil }
      (kind, subject) = (.create, reference)
    case ("GET", let path) where path.hasPrefix("/v2/invoices?external_id="):
      (kind, subject) = (.find, String(path.dropFirst("/v2/invoices?external_id=".count)))
    case ("GET", let path) where path.hasPrefix("/v2/invoices?created_after="):
      let last = path.split(separator: "&").first { $0.hasPrefix("last_invoice=") }
      (kind, subject) = (.list, last.map { String($0.dropFirst("last_invoice=".count)) } ?? "")
    case ("GET", let path) where path.hasPrefix("/v2/invoices/"):
      (kind, subject) = (.get, String(path.dropFirst("/v2/invoices/".count)))
    case ("POST", let path) where path.hasSuffix("/expire!"):
      (kind, subject) = (
        .expire, String(path.dropFirst("/invoices/".count).dropLast("/expire!".count))
      )
    default: return nil
    }
  }
}
