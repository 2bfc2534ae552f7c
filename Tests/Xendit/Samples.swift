// An invoice as Xendit describes it, and a client that asks a server with a scripted answer.

import Domain
import HTTPClient
import Support
import Testing
import Xendit
import XenditAPI

enum Samples {
  static let reference = "WTU-20260614-A3F9C2B1D4E7F8A2"

  /// `GET /v2/invoices/{id}`, with all members that an invoice always has; one may be replaced or
  /// taken out.
  static func invoice(_ member: String = "", _ value: String? = nil) -> String {
    var members = [
      ("id", #""6748105a77f16ebe0cc583a7""#), ("external_id", "\"\(reference)\""),
      ("user_id", #""62440e322008e87fb29c1fd0""#), ("status", #""PENDING""#),
      ("merchant_name", #""Dompet""#), ("merchant_profile_picture_url", #""https://x.co/p.png""#),
      ("amount", "50000"), ("expiry_date", #""2026-06-15T00:00:00.123Z""#),
      ("invoice_url", #""https://checkout.xendit.co/web/6748105a77f16ebe0cc583a7""#),
      ("available_banks", #"[{"bank_code":"BCA"}]"#), ("available_retail_outlets", "[]"),
      ("available_ewallets", "[]"), ("available_qr_codes", "[]"),
      ("available_direct_debits", "[]"), ("available_paylaters", "[]"),
      ("should_send_email", "false"), ("created", #""2026-06-14T00:00:00.000Z""#),
      ("updated", #""2026-06-14T00:00:00.000Z""#), ("currency", #""IDR""#),
      ("metadata", #"{"wallet":"w","user":"u","topUp":"t"}"#),
    ]
    members.removeAll { $0.0 == member }
    if let value { members.append((member, value)) }
    return "{" + members.map { "\"\($0)\":\($1)" }.joined(separator: ",") + "}"
  }

  static func request() throws -> InvoiceRequest {
    InvoiceRequest(
      reference: try #require(TopUpReference(reference)), amount: Money(rupiah: 50_000),
      description: "Top-up \"Dompet\"", payerEmail: "budi@example.com", durationSeconds: 86_400,
      successRedirectURL: "https://example.com/ok", failureRedirectURL: nil,
      metadata: InvoiceMetadata(wallet: "w", user: "u", topUp: "t"))
  }
}

/// A Xendit that gives one answer to everything.
struct Stub {
  let server: RawServer
  let client: XenditClient

  init(status: String = "200 OK", headers: [String] = [], _ body: String) throws {
    server = try RawServer { connection in
      while connection.readRequest() != nil {
        connection.respond(status, headers: headers, body: body)
      }
    }
    client = XenditClient(
      baseURL: server.url, secretKey: "xnd_development_canary", send: HTTPClient().send)
  }

  /// The line and the body of the only request.
  func seen() throws -> (line: String, head: String, body: String) {
    let request = try #require(server.requests.first)
    let parts = request.split(separator: "\r\n\r\n", omittingEmptySubsequences: false)
    let head = String(parts[0])
    return (String(head.prefix { $0 != "\r\n" }), head, parts.dropFirst().joined())
  }

  /// The failure of reading one invoice, nil if there was none.
  func failure() -> XenditFailure? {
    do throws(XenditFailure) {
      _ = try client.get(id: "6748105a77f16ebe0cc583a7", withinMilliseconds: 5000)
      return nil
    } catch {
      return error
    }
  }
}
