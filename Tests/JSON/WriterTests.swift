// The writer: compact, commas in the right places, and escapes that any reader undoes.

import JSON
import Testing

@Suite struct WriterTests {
  @Test("objects and arrays nest with their commas")
  func nesting() {
    let text = written {
      $0.object {
        $0.member("id", "a")
        $0.member("name", nil)
        $0.member("count", -5)
        $0.member("current", true)
        $0.number("amount", digits: "50000.00")
        $0.member("empty", object: { _ in })
        $0.member("user", object: { $0.member("role", "user") })
        $0.member(
          "items",
          array: {
            $0.element("x")
            $0.element(object: { $0.member("done", false) })
            $0.array { _ in }
            $0.value(.null)
          })
        $0.member("raw", json: .array([.bool(true), .number(JSONNumber(7)), .null]))
      }
    }
    let expected =
      #"{"id":"a","name":null,"count":-5,"current":true,"amount":50000.00,"empty":{},"#
      + #""user":{"role":"user"},"items":["x",{"done":false},[],null],"raw":[true,7,null]}"#
    #expect(text == expected)
  }

  @Test("a value alone is a text")
  func alone() {
    #expect(written { $0.value(.string("x")) } == "\"x\"")
    #expect(written { $0.value(.object([])) } == "{}")
    #expect(written { $0.array { _ in } } == "[]")
  }

  @Test("quotes, backslashes and control characters are escaped, nothing else")
  func escapes() {
    let text = "\"\\/\u{08}\t\n\u{0C}\r\u{00}\u{0F}\u{10}\u{1F}\u{7F}é€😀\u{2028}"
    let expected = "\"\\\"\\\\/\\b\\t\\n\\f\\r\\u0000\\u000f\\u0010\\u001f\u{7F}é€😀\u{2028}\""
    #expect(written { $0.element(text) } == expected)
  }

  @Test("names in a tree are escaped too")
  func names() {
    let tree = JSONValue.object([JSONMember(name: "a\"\n", value: .null)])
    #expect(written { $0.value(tree) } == #"{"a\"\n":null}"#)
  }

  @Test("every scalar up to U+FFFF and some above come back as they were")
  func scalars() throws {
    let scalars =
      (UInt32(0)...0xFFFF).compactMap(Unicode.Scalar.init) + ["\u{10000}", "\u{10FFFF}"]
    var text = ""
    text.unicodeScalars.append(contentsOf: scalars)
    let read = try JSONValue.parse(bytes(.string(text)))
    #expect(read.string.map { Array($0.utf8) } == Array(text.utf8))
  }

  @Test(
    "the Big List of Naughty Strings comes back as it was",
    .enabled(if: Vectors.exist, "needs shared/vectors beside the checkout"))
  func naughtyStrings() throws {
    let list = try #require(try JSONValue.parse(Vectors.read("blns/blns.json")).array)
    #expect(list.count > 400)
    for value in list {
      let text = try #require(value.string)
      let read = try JSONValue.parse(bytes(.string(text)))
      #expect(read.string.map { Array($0.utf8) } == Array(text.utf8))
    }
  }
}
