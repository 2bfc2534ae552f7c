// Every refusal as the problem document that a client gets, word for word.

import Domain
import FastCGI
import Testing

@testable import Service

@Suite("A refusal as a problem document") struct ProblemTests {
  private static let id = "0123456789abcdef0123456789abcdef"

  private func answer(_ refusal: Refusal) -> Response {
    Problem(refusal).response(requestID: Self.id)
  }

  private func text(_ refusal: Refusal) -> String {
    String(decoding: answer(refusal).body, as: UTF8.self)
  }

  @Test("names all faults with their pointers, in order")
  func invalid() {
    let faults = [
      Fault(pointer: "", detail: "is no object"), Fault(pointer: "/a~1b", detail: "says \"x\"\n"),
    ]
    #expect(
      text(.invalid(faults)) == #"{"type":"urn:dompet:problem:invalid-request","#
        + #""title":"The request is not valid","status":400,"#
        + #""detail":"See errors for each mistake.","requestId":"\#(Self.id)","errors":["#
        + #"{"pointer":"","detail":"is no object"},"#
        + #"{"pointer":"/a~1b","detail":"says \"x\"\n"}]}"#)
  }

  @Test("of another kind has no list of faults")
  func notFound() {
    #expect(
      text(.notFound) == #"{"type":"urn:dompet:problem:not-found","title":"Not found","#
        + #""status":404,"detail":"There is nothing here.","requestId":"\#(Self.id)"}"#)
  }

  static let all: [(Refusal, Int, String)] = [
    (.invalid([]), 400, "invalid-request"), (.unauthorized(detail: "d"), 401, "unauthorized"),
    (.forbidden(detail: "d"), 403, "forbidden"), (.notFound, 404, "not-found"),
    (.methodNotAllowed(allowed: ["GET"]), 405, "method-not-allowed"),
    (.conflict(detail: "d"), 409, "conflict"), (.requestInProgress, 409, "request-in-progress"),
    (.payloadTooLarge, 413, "payload-too-large"),
    (.unsupportedMediaType, 415, "unsupported-media-type"),
    (.idempotencyKeyReused, 422, "idempotency-key-reused"),
    (.insufficientFunds, 422, "insufficient-funds"),
    (.tooManyRequests(retryAfterSeconds: 7), 429, "too-many-requests"),
    (.transferRefused(detail: "d"), 422, "transfer-refused"),
    (.broken(evidence: "canary"), 500, "internal"),
    (.providerRefused(replayed: false), 502, "provider-refused"),
    (.providerRefused(replayed: true), 502, "provider-refused"),
    (.providerUnavailable(evidence: "canary"), 503, "provider-unavailable"),
    (.busy(evidence: "canary"), 503, "busy"),
  ]

  @Test("has the status and the type that the API promises, and no evidence", arguments: all)
  func kinds(refusal: Refusal, status: Int, name: String) {
    let answer = answer(refusal)
    let text = text(refusal)
    #expect(answer.status == status)
    #expect(text.contains(#""type":"urn:dompet:problem:\#(name)""#))
    #expect(text.contains(#""status":\#(status),"#))
    #expect(!text.contains("canary"))
    #expect(!answer.headers.contains { $0.value.contains("canary") })
    #expect(answer.headers.first { $0.name == "Content-Type" }?.value == "application/problem+json")
  }

  @Test("carries the header fields that go with its status, and no others", arguments: all)
  func headers(refusal: Refusal, status: Int, name: String) {
    let names = Set(answer(refusal).headers.map(\.name))
    var expected: Set = ["Content-Type"]
    if status == 401 { expected.insert("WWW-Authenticate") }
    if status == 405 { expected.insert("Allow") }
    let isForLater = [429, 503].contains(status) || name == "request-in-progress"
    if isForLater { expected.insert("Retry-After") }
    if refusal == .providerRefused(replayed: true) { expected.insert("Idempotent-Replayed") }
    #expect(names == expected)
  }

  @Test("of a wrong method names the right ones")
  func allow() {
    let answer = answer(.methodNotAllowed(allowed: ["GET", "HEAD", "OPTIONS"]))
    #expect(answer.headers.first { $0.name == "Allow" }?.value == "GET, HEAD, OPTIONS")
  }
}
