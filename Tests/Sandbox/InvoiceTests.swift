// Xendit's calls, held against what is known of Xendit.

import Foundation
import Support
import Testing

@Suite(.enabled(if: Rig.isBuilt, "needs dompet-sandbox beside the tests"))
struct InvoiceTests {
  let rig: Rig

  init() throws {
    rig = try Rig()
  }

  @Test("an invoice has every field that the SDKs insist on", arguments: ["", "/"])
  func create(slash: String) throws {
    let answer = try #require(
      try rig.call(
        "POST", "/v2/invoices\(slash)", json: #"{"external_id": "WTU-1", "amount": 50000.0}"#))
    #expect(answer.status == 200)
    let invoice = answer.json
    for name in always { #expect(invoice[name] != nil, "\(name)") }
    #expect((invoice["id"] as? String)?.wholeMatch(of: /[0-9a-f]{24}/) != nil)
    #expect(answer.text.contains(#""amount":50000,"#))
    #expect(invoice["status"] as? String == "PENDING")
    #expect(invoice["currency"] as? String == "IDR")
    for name in ["created", "updated", "expiry_date"] {
      let text = invoice[name] as? String ?? ""
      #expect(text.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil, "\(text)")
    }
    let id = invoice["id"] as? String ?? ""
    let url = "http://127.0.0.1:\(rig.port)/sandbox/web/\(id)"
    #expect(invoice["invoice_url"] as? String == url)
  }

  @Test("decimals of rupiah are cut off without a word; other currencies keep theirs")
  func decimals() throws {
    let rupiah = try rig.create(["amount": 4550.5])
    #expect(try rig.invoice(rupiah)["amount"] as? Double == 4550)
    let pesos = try rig.create(["amount": 4550.5, "currency": "PHP"])
    #expect(try rig.invoice(pesos)["amount"] as? Double == 4550.5)
  }

  @Test("what the request said is repeated")
  func repeated() throws {
    let id = try rig.create([
      "description": "Top-up", "payer_email": "a@example.com", "metadata": ["wallet": "w1"],
      "success_redirect_url": "https://shop.example/ok", "customer": ["given_names": "Ani"],
    ])
    let invoice = try rig.invoice(id)
    #expect(invoice["description"] as? String == "Top-up")
    #expect(invoice["payer_email"] as? String == "a@example.com")
    #expect(invoice["metadata"] as? [String: String] == ["wallet": "w1"])
    #expect(invoice["success_redirect_url"] as? String == "https://shop.example/ok")
    #expect(invoice["customer"] as? [String: String] == ["given_names": "Ani"])
  }

  @Test("a faulty request is refused by its code", arguments: faultyRequests)
  func refused(json: String, code: String) throws {
    let answer = try #require(try rig.call("POST", "/v2/invoices", json: json))
    #expect(answer.status == 400)
    #expect(answer.errorCode == code)
    #expect(answer.json["message"] is String)
    #expect((answer.json["errors"] != nil) == (code == "API_VALIDATION_ERROR"))
    #expect(try rig.control("GET", "invoices").jsonArray.isEmpty)
  }

  @Test("all mistakes of a request are told at once")
  func allMistakes() throws {
    let json = #"{"amount": "1", "invoice_duration": 0, "items": {}}"#
    let answer = try #require(try rig.call("POST", "/v2/invoices", json: json))
    let paths = (answer.json["errors"] as? [[String: Any]] ?? []).compactMap {
      $0["path"] as? String
    }
    #expect(Set(paths) == ["external_id", "amount", "invoice_duration", "items"])
  }

  @Test("every call wants the secret key", arguments: [nil, "", "xnd_development_other"])
  func key(key: String?) throws {
    let id = try rig.create()
    let calls = [
      ("POST", "/v2/invoices"), ("GET", "/v2/invoices"), ("GET", "/v2/invoices/\(id)"),
      ("POST", "/invoices/\(id)/expire!"),
    ]
    for (method, path) in calls {
      let answer = try rig.call(method, path, json: "{}", key: key)
      #expect(answer?.status == 401)
      #expect(answer?.errorCode == "INVALID_API_KEY")
    }
    #expect(try rig.invoice(id)["status"] as? String == "PENDING")
  }

  @Test("an unknown invoice is 404 to read, an empty array to look up")
  func unknown() throws {
    let answer = try rig.call("GET", "/v2/invoices/0123456789abcdef01234567")
    #expect(answer?.status == 404)
    #expect(answer?.errorCode == "INVOICE_NOT_FOUND_ERROR")
    #expect(try rig.call("GET", "/v2/invoices?external_id=nobody")?.text == "[]")
  }

  @Test("an external_id may be used twice, unless the switch says that it is unique")
  func unique() throws {
    let first = try rig.create(externalID: "WTU 1&2")
    let second = try rig.create(externalID: "WTU 1&2")
    #expect(try rig.list("external_id=WTU%201%262") == [second, first])
    _ = try rig.control("PUT", "switches", #"{"unique_external_id": true}"#)
    let answer = try rig.call(
      "POST", "/v2/invoices", json: #"{"external_id": "WTU 1&2", "amount": 50000}"#)
    #expect(answer?.status == 400)
    #expect(try rig.list("external_id=WTU+1%262").count == 2)
  }

  @Test("expiring closes an open invoice, once", arguments: [404, 400])
  func expire(closedStatus: Int) throws {
    _ = try rig.control("PUT", "switches", #"{"expire_closed_status": \#(closedStatus)}"#)
    let id = try rig.create()
    let expired = try rig.call("POST", "/invoices/\(id)/expire!")
    #expect(expired?.status == 200)
    #expect(expired?.json["status"] as? String == "EXPIRED")
    let again = try rig.call("POST", "/invoices/\(id)/expire!")
    #expect(again?.status == closedStatus)
    let message = "Could not find and update PENDING invoice \(id)"
    #expect(again?.json["message"] as? String == message)
  }

  @Test("an invoice expires when its duration is over")
  func duration() throws {
    let id = try rig.create(["invoice_duration": 1.0])
    try eventually { try self.rig.invoice(id)["status"] as? String == "EXPIRED" }
    #expect(rig.shop.received.isEmpty)
  }

  @Test("rate limit headers count down, and the limit is kept")
  func rateLimit() throws {
    _ = try rig.control("PUT", "switches", #"{"rate_limit_per_minute": 2}"#)
    let first = try #require(try rig.call("GET", "/v2/invoices"))
    #expect(first.header("rate-limit-limit") == "2")
    #expect(first.header("rate-limit-remaining") == "1")
    #expect(Double(first.header("rate-limit-reset") ?? "").map { (0...60).contains($0) } == true)
    #expect(try rig.call("GET", "/v2/invoices")?.status == 200)
    let third = try #require(try rig.call("GET", "/v2/invoices"))
    #expect(third.status == 429)
    #expect(third.errorCode == "RATE_LIMIT_EXCEEDED")
    #expect(third.header("rate-limit-remaining") == "0")
  }
}

extension Rig {
  static var isBuilt: Bool { FileManager.default.isExecutableFile(atPath: program) }
}

private let always = [
  "id", "external_id", "user_id", "status", "merchant_name", "merchant_profile_picture_url",
  "amount", "expiry_date", "invoice_url", "available_banks", "available_retail_outlets",
  "available_ewallets", "available_qr_codes", "available_direct_debits", "available_paylaters",
  "should_send_email", "created", "updated",
]

private let faultyRequests = [
  ("{", "INVALID_JSON_FORMAT"),
  ("", "INVALID_JSON_FORMAT"),
  (#"{"external_id": "a", "external_id": "b", "amount": 5000}"#, "INVALID_JSON_FORMAT"),
  ("[]", "API_VALIDATION_ERROR"),
  (#"{"amount": 5000}"#, "API_VALIDATION_ERROR"),
  (#"{"external_id": "a"}"#, "API_VALIDATION_ERROR"),
  (#"{"external_id": "", "amount": 5000}"#, "API_VALIDATION_ERROR"),
  (#"{"external_id": 7, "amount": 5000}"#, "API_VALIDATION_ERROR"),
  (#"{"external_id": "a", "amount": "5000"}"#, "API_VALIDATION_ERROR"),
  (#"{"external_id": "a", "amount": -5000}"#, "API_VALIDATION_ERROR"),
  (#"{"external_id": "a", "amount": 1e999}"#, "API_VALIDATION_ERROR"),
  (#"{"external_id": "a", "amount": 5000, "invoice_duration": 31536001}"#, "API_VALIDATION_ERROR"),
  (#"{"external_id": "a", "amount": 5000, "metadata": "x"}"#, "API_VALIDATION_ERROR"),
  (#"{"external_id": "a", "amount": 5000, "payer_email": "nobody"}"#, "EMAIL_FORMAT_ERROR"),
  (#"{"external_id": "a", "amount": 5000, "currency": "EUR"}"#, "UNSUPPORTED_CURRENCY"),
  (#"{"external_id": "a", "amount": 999.99}"#, "MINIMAL_TRANSFER_AMOUNT_ERROR"),
  (#"{"external_id": "a", "amount": 1000000001}"#, "MAXIMUM_TRANSFER_AMOUNT_ERROR"),
]
