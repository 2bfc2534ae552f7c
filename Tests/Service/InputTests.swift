// What handlers read of a request: a form, an amount, a key, an id.

import Domain
import JSON
import Testing

@testable import FastCGI
@testable import Service

/// Runs `body` on a request of these parameters.
func withRequest<T>(
  _ parameters: [String], _ content: RequestBody = .bytes([]),
  _ body: (borrowing Request) throws -> T
) rethrows -> T {
  let entries = parameters.map { strings in
    let text = Array(strings.utf8CString)
    let copy = UnsafeMutablePointer<CChar>.allocate(capacity: text.count)
    copy.initialize(from: text, count: text.count)
    return Optional(copy)
  }
  let list = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(
    capacity: entries.count + 1)
  list.initialize(from: entries + [nil], count: entries.count + 1)
  defer {
    entries.forEach { $0?.deallocate() }
    list.deallocate()
  }
  return try body(Request(variables: list, body: content))
}

@Suite("A request's input") struct InputTests {
  private func refusal(_ types: [String], _ body: RequestBody) -> Refusal? {
    withRequest(types.map { "CONTENT_TYPE=\($0)" }, body) { request in
      do throws(Refusal) {
        _ = try request.form()
        return nil
      } catch {
        return error
      }
    }
  }

  @Test("is a form if it is JSON by its media type and by its bytes")
  func form() {
    let object = RequestBody.bytes(Array("{}".utf8))
    #expect(refusal(["application/json"], object) == nil)
    #expect(refusal([], object) == .unsupportedMediaType)
    #expect(refusal(["application/json", "application/json"], object) == .unsupportedMediaType)
    #expect(refusal(["text/plain"], .tooLarge) == .unsupportedMediaType)
    #expect(refusal(["application/json"], .tooLarge) == .payloadTooLarge)
    let short = Fault(pointer: "", detail: "The body is shorter than its Content-Length.")
    #expect(refusal(["application/json"], .incomplete) == .invalid([short]))
  }

  @Test("that is missing is a fault of the body, not of its media type")
  func missing() {
    let fault = Fault(pointer: "", detail: "a JSON object is required")
    for types in [[], ["text/plain"], ["application/json"]] {
      #expect(refusal(types, .bytes([])) == .invalid([fault]))
    }
  }

  private func money(_ digits: String) -> Int64? {
    guard let number = try? JSONValue.parse(Array(digits.utf8)).number else { return nil }
    return try? Money(number).rupiah
  }

  @Test("is money if it is a whole number in plain digits")
  func amounts() {
    for (digits, rupiah): (String, Int64) in [
      ("0", 0), ("-0", 0), ("-0.0", 0), ("1", 1), ("50000", 50_000), ("50000.00", 50_000),
      ("-1.0", -1), ("9223372036854775807", .max), ("-9223372036854775808", .min),
      ("1." + String(repeating: "0", count: 1000), 1),
    ] {
      #expect(money(digits) == rupiah, "\(digits)")
    }
    for digits in [
      "50000.000000000000001", "0.5", "-0.5", "5e4", "5E4", "0e0", "1.0e0", "50000e-1",
      "9223372036854775808", "-9223372036854775809", "1e999999999999999999999",
      "0." + String(repeating: "0", count: 1000) + "1", String(repeating: "9", count: 1000),
    ] {
      #expect(money(digits) == nil, "\(digits)")
    }
  }

  private func key(_ values: String...) throws -> String? {
    try withRequest(values.map { "HTTP_IDEMPOTENCY_KEY=\($0)" }) { request in
      try request.idempotencyKey()?.text
    }
  }

  @Test("has a key if it was sent once")
  func keys() throws {
    #expect(try key() == nil)
    #expect(try key("k") == "k")
    #expect(try key("\"k\"") == "k")
    #expect(throws: Invalid.self) { try key("") }
    #expect(throws: Invalid("Idempotency-Key must be sent once")) { try key("k", "k") }
  }

  private func id(_ parameters: String...) -> String {
    withRequest(parameters) { $0.id(or: .still) }
  }

  @Test("has nginx's id if that is one, else a new one")
  func ids() {
    let sent = "0123456789abcdef0123456789abcdef"
    let made = "00000000000070008000000000000000"
    #expect(id("REQUEST_ID=\(sent)") == sent)
    #expect(id() == made)
    for wrong in ["", "x", sent.uppercased(), sent + "0", String(sent.dropLast())] {
      #expect(id("REQUEST_ID=\(wrong)") == made)
    }
    // What a client sends as a header has another name.
    #expect(id("HTTP_X_REQUEST_ID=\(sent)", "HTTP_REQUEST_ID=\(sent)") == made)
  }
}

extension World {
  static let still = World(
    now: { Timestamp(microseconds: 0) }, monotonicMilliseconds: { 0 }, wait: { _ in },
    randomBytes: { Array(repeating: 0, count: $0) })
}
