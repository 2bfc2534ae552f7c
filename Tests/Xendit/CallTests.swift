// The four calls: what Xendit sees, and what is made of a good answer.

import Domain
import Foundation
import HTTPClient
import JSON
import Support
import Testing
import Xendit
import XenditAPI

@Suite struct CallTests {
  @Test("create sends whole rupiah and all that a lost row is rebuilt from")
  func create() throws {
    let stub = try Stub(Samples.invoice())
    defer { stub.server.stop() }
    let invoice = try stub.client.create(Samples.request(), withinMilliseconds: 5000)
    #expect(invoice.id == "6748105a77f16ebe0cc583a7")
    let seen = try stub.seen()
    #expect(seen.line == "POST /v2/invoices HTTP/1.1")
    #expect(seen.head.contains("Content-Type: application/json"))
    let user = Data("xnd_development_canary:".utf8).base64EncodedString()
    #expect(seen.head.contains("Authorization: Basic \(user)"))
    let expected = """
      {"external_id":"WTU-20260614-A3F9C2B1D4E7F8A2","amount":50000,"currency":"IDR",\
      "description":"Top-up \\"Dompet\\"","payer_email":"budi@example.com",\
      "invoice_duration":86400,"success_redirect_url":"https://example.com/ok",\
      "metadata":{"wallet":"w","user":"u","topUp":"t"}}
      """
    #expect(seen.body == expected)
  }

  @Test("an answer to create about another reference proves nothing")
  func otherReference() throws {
    let stub = try Stub(Samples.invoice("external_id", #""WTU-20260614-0000000000000000""#))
    defer { stub.server.stop() }
    #expect(throws: XenditFailure.unknown(evidence: "the answer is about another reference")) {
      try stub.client.create(Samples.request(), withinMilliseconds: 5000)
    }
  }

  @Test("find returns the invoices that bear the reference, whatever else the answer holds")
  func find() throws {
    let other = Samples.invoice("external_id", #""some-other-shop""#)
    let stub = try Stub("[\(other),\(Samples.invoice()),{},7,\(Samples.invoice("id", #""2""#))]")
    defer { stub.server.stop() }
    let reference = try #require(TopUpReference(Samples.reference))
    let invoices = try stub.client.find(reference: reference, withinMilliseconds: 5000)
    #expect(invoices.map(\.id) == ["6748105a77f16ebe0cc583a7", "2"])
    #expect(try stub.seen().line == "GET /v2/invoices?external_id=\(Samples.reference) HTTP/1.1")
  }

  @Test("find tells none from nonsense")
  func findNone() throws {
    let reference = try #require(TopUpReference(Samples.reference))
    let none = try Stub("[]")
    defer { none.server.stop() }
    #expect(try none.client.find(reference: reference, withinMilliseconds: 5000).isEmpty)
    for body in ["{}", "null", "", Samples.invoice(), "[\(Samples.invoice("amount", "0.5"))]"] {
      let stub = try Stub(body)
      defer { stub.server.stop() }
      #expect(throws: XenditFailure.self, "\(body)") {
        try stub.client.find(reference: reference, withinMilliseconds: 5000)
      }
    }
  }

  @Test("get asks for one invoice by its id")
  func get() throws {
    let stub = try Stub(Samples.invoice("id", #""a/b?c=d #é..""#))
    defer { stub.server.stop() }
    _ = try stub.client.get(id: "a/b?c=d #é..", withinMilliseconds: 5000)
    #expect(
      try stub.seen().line == "GET /v2/invoices/a%2Fb%3Fc%3Dd%20%23%C3%A9%2E%2E HTTP/1.1")
  }

  @Test("an answer to get about another invoice proves nothing")
  func otherInvoice() throws {
    let stub = try Stub(Samples.invoice("id", #""other""#))
    defer { stub.server.stop() }
    #expect(stub.failure() == .unknown(evidence: "the answer is about another invoice"))
  }

  @Test("expire posts nothing to a path that ends in an exclamation mark")
  func expire() throws {
    let stub = try Stub(Samples.invoice("status", #""EXPIRED""#))
    defer { stub.server.stop() }
    let id = "6748105a77f16ebe0cc583a7"
    #expect(try stub.client.expire(id: id, withinMilliseconds: 5000).status == .expired)
    let seen = try stub.seen()
    #expect(seen.line == "POST /invoices/\(id)/expire! HTTP/1.1")
    #expect(seen.body == "")
  }

  @Test("a slash at the end of the base URL does not count, a path before it does")
  func baseURL() throws {
    let server = try RawServer { connection in
      connection.readRequest()
      connection.respond("200 OK", body: Samples.invoice("id", #""1""#))
    }
    defer { server.stop() }
    let client = XenditClient(
      baseURL: server.url + "/sandbox/", secretKey: "k", send: HTTPClient().send)
    _ = try client.get(id: "1", withinMilliseconds: 5000)
    #expect(server.requests.first?.hasPrefix("GET /sandbox/v2/invoices/1 ") == true)
  }

  @Test("the rate limit is that of the latest answer that names one, errors included")
  func rateLimit() throws {
    let headers = ["Rate-Limit-Limit: 60", "Rate-Limit-Remaining: 0", "Rate-Limit-Reset: 29.2"]
    let stub = try Stub(status: "404 Not Found", headers: headers, "{}")
    defer { stub.server.stop() }
    #expect(stub.client.rateLimit == nil)
    _ = stub.failure()
    #expect(stub.client.rateLimit?.remaining == 0)
    #expect(stub.client.rateLimit?.resetSeconds == 30)
  }

  @Test(
    "a rate limit that makes no sense is none",
    arguments: [
      ["60", "nan"], ["60", "inf"], ["60", "1e99"], ["60", "-1"], ["x", "1"], ["-1", "1"],
    ])
  func badRateLimit(values: [String]) throws {
    let headers = ["Rate-Limit-Remaining: \(values[0])", "Rate-Limit-Reset: \(values[1])"]
    let stub = try Stub(headers: headers, Samples.invoice())
    defer { stub.server.stop() }
    #expect(stub.failure() == nil)
    #expect(stub.client.rateLimit == nil)
  }
}
