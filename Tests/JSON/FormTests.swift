// An input object: every mistake at once, each with its place.

import Domain
import JSON
import Testing

@Suite struct FormTests {
  @Test("a good object becomes its values")
  func good() throws {
    var form = try form(#"{"amount": 5e4, "name": null, "email": "a@b"}"#)
    let email = form.string("email", atLeastThree)
    let name = form.optionalString("name", atLeastThree)
    let note = form.optionalString("note", atLeastThree)
    let amount = form.number("amount", whole)
    let values = try form.finish(email, name, note, amount)
    #expect(values == ("a@b", nil, nil, 50000))
  }

  @Test("all faults come at once, in the order of the asking, unknown members last")
  func allFaults() throws {
    var form = try form(#"{"x": 1, "email": "a", "name": 7, "role": null, "amount": "5"}"#)
    let email = form.string("email", atLeastThree)
    let name = form.optionalString("name", atLeastThree)
    let role = form.string("role", atLeastThree)
    let amount = form.number("amount", whole)
    let password = form.string("password", atLeastThree)
    let refusal = #expect(throws: Refusal.self) {
      try form.finish(email, name, role, amount, password)
    }
    #expect(
      refusal
        == .invalid([
          Fault(pointer: "/email", detail: "must have at least 3 characters"),
          Fault(pointer: "/name", detail: "must be a string or null"),
          Fault(pointer: "/role", detail: "must be a string"),
          Fault(pointer: "/amount", detail: "must be a number"),
          Fault(pointer: "/password", detail: "is required"),
          Fault(pointer: "/x", detail: "is not a known property"),
        ]))
  }

  @Test("a faulty optional value is nil, an absent one is not")
  func optional() throws {
    var form = try form(#"{"name": "ab"}"#)
    let name = form.optionalString("name", atLeastThree)
    let note = form.optionalString("note", atLeastThree)
    #expect(name == nil)
    #expect(note == .some(nil))
    #expect(throws: Refusal.self) { try form.finish(name, note) }
  }

  @Test("a blank optional value may become null")
  func blank() throws {
    var form = try form(#"{"name": ""}"#)
    let name: String?? = form.optionalString("name") { $0.isEmpty ? nil : $0 }
    let finished: String? = try form.finish(name)
    #expect(finished == nil)
  }

  @Test("unknown members are named by escaped pointers")
  func unknownPointers() throws {
    #expect(faults(#"{"a/b~c": 1, "": 2}"#).map(\.pointer) == ["/a~1b~0c", "/"])
  }

  @Test("a member that only looks like the one asked for is unknown")
  func lookAlike() throws {
    var form = try form(#"{"\u212A": "abc"}"#)
    let key = form.optionalString("K", atLeastThree)
    #expect(key == .some(nil))
    #expect(throws: Refusal.invalid([Fault(pointer: "/\u{212A}", detail: unknown)])) {
      try form.finish(key)
    }
  }

  @Test("of thousands of unknown members twenty are named")
  func manyUnknown() throws {
    let members = (0..<5000).map { "\"\($0)\":0" }.joined(separator: ",")
    let faults = faults("{\(members)}")
    #expect(faults.map(\.pointer) == (0..<20).map { "/\($0)" })
  }

  @Test(
    "no body and no object are one fault of the whole",
    arguments: ["", "[]", "null", "\"{}\"", "1"])
  func noObject(_ text: String) {
    #expect(faults(text) == [Fault(pointer: "", detail: "a JSON object is required")])
  }

  @Test("broken JSON is one fault that names the byte and the reason")
  func broken() {
    let detail = "is not valid JSON at byte 9: a value is expected"
    #expect(faults(#"{"name": }"#) == [Fault(pointer: "", detail: detail)])
    let early = "is not valid JSON at byte 1: the text ends early"
    #expect(faults("{") == [Fault(pointer: "", detail: early)])
  }

  @Test("a repeated name is a fault at its place")
  func repeated() {
    let text = #"{"amount": 1, "amount": 2}"#
    #expect(faults(text) == [Fault(pointer: "/amount", detail: "is given twice")])
  }

  @Test("a value nested too deeply is a fault at its place")
  func tooDeep() {
    let text = "{\"a\":" + String(repeating: "[", count: 5000)
    let pointer = "/a" + String(repeating: "/0", count: 31)
    #expect(faults(text) == [Fault(pointer: pointer, detail: "is nested too deeply")])
  }

  @Test("a missing value that is no fault of the form is not passed off as one")
  func foreignNil() throws {
    var form = try form("{}")
    let refusal = #expect(throws: Refusal.self) { try form.finish(String?.none) }
    guard case .broken = refusal else { throw UnexpectedKind() }
  }

  private let unknown = "is not a known property"

  private func form(_ text: String) throws -> Form {
    try Form(Array(text.utf8))
  }

  /// What is wrong with a body of which nothing is asked.
  private func faults(_ text: String) -> [Fault] {
    do {
      var form = try Form(Array(text.utf8))
      try form.finish()
      return []
    } catch {
      if case .invalid(let faults) = error { return faults }
      return []
    }
  }

  private func atLeastThree(_ text: String) throws(Invalid) -> String {
    guard text.count >= 3 else { throw Invalid("must have at least 3 characters") }
    return text
  }

  private func whole(_ number: JSONNumber) throws(Invalid) -> Int64 {
    guard let integer = number.exactInteger else { throw Invalid("must be a whole number") }
    return integer
  }
}
