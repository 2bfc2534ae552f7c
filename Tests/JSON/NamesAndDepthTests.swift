// The two limits that the RFC leaves to a reader: names are unique, and nesting ends at 32.

import JSON
import Testing

@Suite struct NamesAndDepthTests {
  @Test("a name given twice is refused at its place")
  func twice() {
    let refusal = refusal(#"{"a":1,"b":[0,{"c/~":2,"d":3,"c/~":2}]}"#)
    #expect(refusal?.reason == "is given twice")
    #expect(refusal?.pointer == "/b/1/c~1~0")
    #expect(refusal?.offset == 29)
  }

  @Test("names are compared after unescaping")
  func unescaped() {
    #expect(refusal(#"{"amount":1,"\u0061mount":2}"#)?.pointer == "/amount")
    #expect(refusal(#"{"":1,"":2}"#)?.pointer == "/")
  }

  @Test("names that only look the same are different names")
  func canonicalEquivalence() throws {
    let value = try parse(#"{"\u00e9":1,"e\u0301":2,"\u212A":3,"K":4}"#)
    #expect(value["\u{E9}"]?.number?.text == "1")
    #expect(value["e\u{301}"]?.number?.text == "2")
    #expect(value["K"]?.number?.text == "4")
    #expect(try parse(#"{"\u212A":3}"#)["K"] == nil)
  }

  @Test("the same name in another object is no repetition")
  func otherObjects() {
    #expect(refusal(#"{"a":{"a":[{"a":1},{"a":2}]},"b":{"a":1}}"#) == nil)
  }

  @Test("a repetition is found wherever it stands", arguments: [2, 31, 32, 33, 34, 100, 8000])
  func manyNames(_ count: Int) throws {
    let names = (0..<count).map { "\"\($0)\":0" }
    let value = try parse("{" + names.joined(separator: ",") + "}")
    #expect(value["\(count - 1)"]?.number?.text == "0")
    for repeated in [0, count / 2, count - 1] {
      let text = "{" + names.joined(separator: ",") + ",\"\(repeated)\":0}"
      #expect(refusal(text)?.pointer == "/\(repeated)")
    }
  }

  @Test("thousands of canonically equivalent names stay apart")
  func manyEquivalentNames() throws {
    let names = (0..<2048).map { number in
      (0..<11).map { number >> $0 & 1 == 0 ? "\u{E9}" : "e\u{301}" }.joined()
    }
    let value = try parse("{" + names.map { "\"\($0)\":0" }.joined(separator: ",") + "}")
    guard case .object(let members) = value else { throw UnexpectedKind() }
    #expect(members.count == 2048)
  }

  @Test("nesting is read to 32 and refused at 33")
  func depth() {
    #expect(JSONValue.depthMax == 32)
    #expect(refusal(nested("[", 32, "]")) == nil)
    #expect(refusal(nested("{\"a\":", 31, "}", inside: "{}")) == nil)
    let arrays = refusal(nested("[", 33, "]"))
    #expect(arrays?.reason == "is nested too deeply")
    #expect(arrays?.pointer == String(repeating: "/0", count: 32))
    #expect(arrays?.offset == 32)
    let objects = refusal(nested("{\"a\":", 32, "}", inside: "{}"))
    #expect(objects?.pointer == String(repeating: "/a", count: 32))
  }

  @Test("nesting of ten thousand and a million is refused like that of 33")
  func deepNesting() {
    for count in [10_000, 1_000_000] {
      #expect(refusal(nested("[", count, "]"))?.offset == 32)
      #expect(refusal(nested("[", count, ""))?.offset == 32)
    }
    #expect(refusal(nested("{\"a\":", 10_000, "}", inside: "1"))?.reason == "is nested too deeply")
    #expect(refusal(nested("[{\"a\":", 10_000, "}]"))?.reason == "is nested too deeply")
  }

  @Test("width is no depth")
  func width() {
    #expect(refusal("[" + String(repeating: "[{}],", count: 10_000) + "[]]") == nil)
  }

  private func nested(
    _ open: String, _ count: Int, _ close: String, inside: String = ""
  ) -> String {
    String(repeating: open, count: count) + inside + String(repeating: close, count: count)
  }
}
