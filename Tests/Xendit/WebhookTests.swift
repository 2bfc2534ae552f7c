// Bodies as Xendit sends them to the webhook, and bodies that it should not send.

import Domain
import Testing
import Xendit

@Suite struct WebhookTests {
  /// The PAID example of Xendit's documentation, shortened.
  private let documented = """
    {"id":"6748105a77f16ebe0cc583a7","items":[],"amount":510000,"status":"PAID",\
    "created":"2024-11-28T06:40:26.508Z","is_high":false,"paid_at":"2024-11-28T06:41:29.776Z",\
    "updated":"2024-11-28T06:41:34.702Z","user_id":"62440e322008e87fb29c1fd0","currency":"IDR",\
    "payment_id":"ewc_99013716-9354-439e-9fea-e61a06e87ea3","description":"…",\
    "external_id":"payment-link-example","paid_amount":510000,"ewallet_type":"DANA",\
    "payment_method":"EWALLET","payment_channel":"DANA"}
    """

  @Test("the documented example is read")
  func documentedExample() throws {
    let event = try Event(webhook: Array(documented.utf8))
    let expected = Event(
      invoiceID: "6748105a77f16ebe0cc583a7", reference: "payment-link-example", status: "PAID",
      amount: Money(rupiah: 510_000), currency: "IDR",
      paidAt: Timestamp(microseconds: 1_732_776_089_776_000))
    #expect(event == expected)
    #expect(event.isPaid)
  }

  @Test("the status is upper-cased, by ASCII's rules")
  func status() throws {
    #expect(try event(#""status":"settled""#).status == "SETTLED")
    #expect(try event(#""status":"paıd""#).isPaid == false)
  }

  @Test("NUL, which not every store can keep, is read as U+FFFD")
  func nul() throws {
    #expect(try event(#""currency":"IDR\u0000""#).currency == "IDR\u{FFFD}")
  }

  @Test("paid_amount counts before amount, and what is not whole rupiah is no amount")
  func amounts() throws {
    let cases: [(String, Int64?)] = [
      (#""amount":5,"paid_amount":7"#, 7), (#""paid_amount":7"#, 7), (#""amount":5"#, 5),
      (#""amount":5,"paid_amount":null"#, 5), (#""amount":null"#, nil), ("", nil),
      (#""amount":5,"paid_amount":7.5"#, nil), (#""amount":5,"paid_amount":"7""#, nil),
      (#""amount":5,"paid_amount":0"#, 0), (#""amount":50000.000"#, 50_000),
      (#""amount":5e4"#, 50_000), (#""amount":50000.000000000000001"#, nil),
      (#""amount":9223372036854775807"#, .max), (#""amount":9223372036854775808"#, nil),
      (#""amount":1e999999999"#, nil), (#""amount":-5"#, -5), (#""amount":[5]"#, nil),
    ]
    for (members, rupiah) in cases {
      #expect(try event(members).amount?.rupiah == rupiah, "\(members)")
    }
  }

  @Test("a currency that is not there is nil, one that is no string is a wrong one")
  func currency() throws {
    #expect(try event("").currency == nil)
    #expect(try event(#""currency":null"#).currency == nil)
    #expect(try event(#""currency":"PHP""#).currency == "PHP")
    #expect(try event(#""currency":7"#).currency == "")
  }

  @Test("id, external_id and status must be strings that are not empty")
  func missing() {
    for name in ["id", "external_id", "status"] {
      for value in [nil, "null", "7", "[]", "{}", "true", "\"\""] {
        let body = Samples.invoice(name, value)
        let fault = Fault(
          pointer: "/\(name)", detail: "must be a string that is not empty")
        #expect(throws: UnreadableEvent(faults: [fault]), "\(body)") {
          try Event(webhook: Array(body.utf8))
        }
      }
    }
  }

  @Test(
    "what is no JSON object, or repeats a name, is unreadable",
    arguments: [
      "", " ", "null", "7", "\"\"", "[]", "[{}]", "{", "{}x", "{'id':1}", "id=1&status=PAID",
      "\u{feff}{}", #"{"id":"1","id":"1","external_id":"e","status":"PAID"}"#,
      #"{"id":"1","external_id":"e","status":"PAID","x":{"y":1,"y":2}}"#,
      #"{"id":"1","external_id":"e","status":"PAID",}"#,
      #"{"id":"\ud800","external_id":"e","status":"PAID"}"#,
    ])
  func unreadable(body: String) {
    #expect(throws: UnreadableEvent.self) { try Event(webhook: Array(body.utf8)) }
  }

  @Test("bytes that are no UTF-8 and nesting without end are unreadable")
  func bytes() {
    let deep = [UInt8](repeating: UInt8(ascii: "["), count: 60_000)
    for bytes in [[0xff], [0x7b, 0xc0, 0x80, 0x7d], deep] {
      #expect(throws: UnreadableEvent.self) { try Event(webhook: bytes) }
    }
  }

  /// A PAID event with nothing but these members beside the needed ones.
  private func event(_ members: String) throws -> Event {
    let status = members.contains(#""status""#) ? "" : #","status":"PAID""#
    let more = members.isEmpty ? "" : "," + members
    return try Event(webhook: Array(#"{"id":"1","external_id":"e"\#(status)\#(more)}"#.utf8))
  }
}
