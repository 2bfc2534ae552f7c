// What each bad answer lets one conclude, and that no evidence tells too much.

import Domain
import HTTPClient
import Support
import Testing
import Xendit
import XenditAPI

@Suite struct FailureTests {
  @Test("400 and 404 are refusals for good")
  func refused() throws {
    for (status, code) in [
      ("400 Bad Request", "API_VALIDATION_ERROR"), ("400 Bad Request", "EMAIL_FORMAT_ERROR"),
      ("404 Not Found", "INVOICE_NOT_FOUND_ERROR"),
    ] {
      let stub = try Stub(
        status: status, #"{"error_code":"\#(code)","message":"budi@example.com"}"#)
      defer { stub.server.stop() }
      #expect(stub.failure() == .refused(evidence: "\(status.prefix(3)) \(code)"))
    }
  }

  @Test(
    "401, 403 and redirects are our own affair",
    arguments: ["401 Unauthorized", "403 Forbidden", "301 Moved", "302 Found", "307 T", "308 P"])
  func misconfigured(status: String) throws {
    let stub = try Stub(status: status, headers: ["Location: /elsewhere"], #"{"error_code":"A_B"}"#)
    defer { stub.server.stop() }
    #expect(stub.failure() == .misconfigured(evidence: "\(status.prefix(3)) A_B"))
    #expect(stub.server.requests.count == 1)
  }

  @Test("429 says when to come back, if the answer does")
  func limited() throws {
    let cases: [(headers: [String], seconds: Int?)] = [
      ([], nil), (["Retry-After: 7"], 7), (["Rate-Limit-Reset: 1.01"], 2),
      (["Retry-After: Wed, 21 Oct 2026 07:28:00 GMT"], nil), (["Retry-After: 999999"], nil),
      (["Retry-After: -1"], nil), (["Retry-After: 3", "Rate-Limit-Reset: 9"], 3),
      (["Rate-Limit-Remaining: 0", "Rate-Limit-Reset: 9"], 9),
      (["Rate-Limit-Remaining: 5", "Rate-Limit-Reset: 9"], nil),
    ]
    for (headers, seconds) in cases {
      let stub = try Stub(status: "429 Too Many Requests", headers: headers, "")
      defer { stub.server.stop() }
      #expect(stub.failure() == .limited(retryAfterSeconds: seconds), "\(headers)")
    }
  }

  @Test(
    "5xx and statuses that nobody documents leave the outcome open",
    arguments: ["500 E", "502 E", "503 E", "504 E", "599 E", "402 E", "405 E", "408 E", "409 E"])
  func unknownStatus(status: String) throws {
    let stub = try Stub(status: status, "<html>")
    defer { stub.server.stop() }
    let evidence = String(status.prefix(3))
    let isFault = status.hasPrefix("5")
    #expect(
      stub.failure() == (isFault ? .unknown(evidence: evidence) : .unexpected(evidence: evidence)))
  }

  @Test(
    "a success without a readable invoice leaves the outcome open",
    arguments: [
      "", "null", "[]", "{}", "<html><body>welcome</body></html>", "\u{feff}{}", "{\"id\":\"1\",",
      Samples.invoice("id"), Samples.invoice("id", "7"), Samples.invoice("id", "\"\""),
      Samples.invoice("external_id"), Samples.invoice("status", "null"),
      Samples.invoice("invoice_url"), Samples.invoice("invoice_url", "\"\""),
      Samples.invoice("amount"), Samples.invoice("amount", "\"50000\""),
      Samples.invoice("amount", "50000.000000000000001"), Samples.invoice("amount", "1e30"),
      "{\"amount\":1,\(Samples.invoice().dropFirst())",
    ])
  func unreadable(body: String) throws {
    let stub = try Stub(body)
    defer { stub.server.stop() }
    guard case .unknown = stub.failure() else {
      Issue.record("\(body) was understood")
      return
    }
  }

  @Test("nothing sent is told from no answer")
  func transport() throws {
    let silent = try RawServer { connection in
      connection.readRequest()
      connection.waitForClose()
    }
    defer { silent.stop() }
    let answering = XenditClient(baseURL: silent.url, secretKey: "k", send: HTTPClient().send)
    let nowhere = XenditClient(
      baseURL: "http://nobody.invalid", secretKey: "k", send: HTTPClient().send)
    #expect { try answering.create(Samples.request(), withinMilliseconds: 200) } throws: {
      if case .unknown = $0 as? XenditFailure { true } else { false }
    }
    #expect { try nowhere.create(Samples.request(), withinMilliseconds: 2000) } throws: {
      if case .unavailable = $0 as? XenditFailure { true } else { false }
    }
  }

  @Test("evidence holds neither the key, nor the message, nor a code that looks like none")
  func evidence() throws {
    for code in [
      "xnd_development_canary", "budi@example.com", String(repeating: "A", count: 65), "A B", "",
    ] {
      let stub = try Stub(
        status: "500 Error", #"{"error_code":"\#(code)","message":"xnd_development_canary"}"#)
      defer { stub.server.stop() }
      let told = "\(String(describing: stub.failure()))"
      #expect(!told.contains("canary") && !told.contains("budi") && !told.contains("AAA"))
      if code != "" { #expect(stub.failure() == .unknown(evidence: "500")) }
    }
  }
}
