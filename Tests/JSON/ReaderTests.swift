// The reader's rules, one by one: what it reads as what, and above all what it refuses.

import JSON
import Testing

@Suite struct ReaderTests {
  @Test("every kind of value is read, in its order")
  func kinds() throws {
    let value = try parse(" {\"a\" : [null, true, false, -1.50e+2, \"x\"],\r\n\t\"b\": {}} ")
    guard case .object(let members) = value else { throw UnexpectedKind() }
    #expect(members.map(\.name) == ["a", "b"])
    #expect(value["a"]?.array?.count == 5)
    #expect(value["a"]?.array?[1].bool == true)
    #expect(value["a"]?.array?[3].number?.text == "-1.50e+2")
    #expect(value["a"]?.array?[4].string == "x")
    #expect(value["b"] == .object([]))
    #expect(value["c"] == nil)
  }

  @Test("a byte order mark is refused")
  func byteOrderMark() {
    let refusal = refusal([0xEF, 0xBB, 0xBF] + Array("{}".utf8))
    #expect(refusal?.reason == "a byte order mark is not allowed")
  }

  @Test("UTF-16 is refused, with and without a mark")
  func utf16() {
    #expect(refusal([0xFF, 0xFE, 0x7B, 0x00, 0x7D, 0x00]) != nil)
    #expect(refusal([0xFE, 0xFF, 0x00, 0x7B, 0x00, 0x7D]) != nil)
    #expect(refusal([0x7B, 0x00, 0x7D, 0x00]) != nil)
    #expect(refusal([0x00, 0x7B, 0x00, 0x7D]) != nil)
  }

  @Test(
    "a string that is not UTF-8 is refused",
    arguments: [
      [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x80, 0x80], [0xF0, 0x80, 0x80, 0x80],  // overlong
      [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF],  // surrogates
      [0xF4, 0x90, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80], [0xFF],  // beyond U+10FFFF
      [0xC3], [0xE2, 0x82], [0xF0, 0x9F, 0x98],  // cut short
    ] as [[UInt8]])
  func invalidUTF8(_ text: [UInt8]) {
    let quote = [UInt8(ascii: "\"")]
    #expect(refusal(quote + text + quote)?.reason == "a string is not valid UTF-8")
    let escaped = Array(#""\n"#.utf8) + text + quote
    #expect(refusal(escaped)?.reason == "a string is not valid UTF-8")
    #expect(refusal(text) != nil)
  }

  @Test("an escape does not complete a character that bytes began")
  func escapeAfterLeadByte() {
    let text = [UInt8(ascii: "\""), 0xC3] + Array(#"\u00A9""#.utf8)
    #expect(refusal(text)?.reason == "a string is not valid UTF-8")
  }

  @Test(
    "half a surrogate pair is refused",
    arguments: [
      #""\uD800""#, #""\uDC00""#, #""\uD800x""#, #""\uD800\n""#, #""\uD800\uD800""#,
      #""\uDC00\uD800""#, #""\uD800\u0041""#, #"{"\uDFFF":0}"#,
    ])
  func loneSurrogates(_ text: String) {
    #expect(refusal(text)?.reason == "half a surrogate pair")
  }

  @Test("escapes mean what the RFC says")
  func escapes() throws {
    let value = try parse(#""\"\\\/\b\f\n\r\t\u0041\u00e9\u20AC\uD83D\uDE00 end""#)
    #expect(value.string == "\"\\/\u{08}\u{0C}\n\r\tA\u{E9}\u{20AC}\u{1F600} end")
  }

  @Test("NUL stays in a string")
  func nul() throws {
    #expect(try parse(#""a\u0000b""#).string.map { Array($0.utf8) } == [0x61, 0, 0x62])
  }

  @Test(
    "other escapes are refused", arguments: [#"\x41"#, #"\'"#, #"\u12"#, #"\u00g0"#, #"\U0041"#])
  func unknownEscapes(_ escape: String) {
    #expect(refusal("\"\(escape)\"") != nil)
  }

  @Test("control characters in strings are refused", arguments: UInt8(0)..<0x20)
  func controlCharacters(_ byte: UInt8) {
    let quote = UInt8(ascii: "\"")
    #expect(
      refusal([quote, byte, quote])?.reason == "a control character in a string must be escaped")
  }

  @Test("a string ends where it ends, however far that is", arguments: 0...24)
  func lengths(_ count: Int) throws {
    for filler in ["a", "\u{7F}", "!", "#", "[", "]", "é", "\u{10FFFF}"] {
      let text = String(repeating: filler, count: count)
      for after in ["", " ", "          "] {
        #expect(try parse("\"\(text)\"\(after)").string == text)
        #expect(try parse("\"\(text)\\n\(text)\"\(after)").string == "\(text)\n\(text)")
        #expect(refusal("\"\(text)\u{1F}\(text)\"\(after)")?.offset == 1 + text.utf8.count)
        #expect(refusal("\"\(text)")?.reason == "the text ends early")
      }
    }
  }

  @Test(
    "what is almost JSON is refused",
    arguments: [
      "", " ", "[1,]", "{\"a\":1,}", "[,1]", "[1 2]", "{\"a\" 1}", "{a:1}", "{'a':1}", "{1:1}",
      "01", "-01", "00", "+1", ".5", "1.", "1.e1", "1e", "1e+", "-", "- 1", "0x1", "NaN",
      "Infinity",
      "tru", "True", "nul", "truefalse", "{} {}", "{}x", "[]]", "1,", "// c\n1", "/**/1", "\u{A0}1",
      "[1\u{0B}]", "\"a", "\"\\", "[", "{", "{\"a\"", "{\"a\":", "1\u{0}", "1_000", "１",
    ])
  func almost(_ text: String) {
    #expect(refusal(text)?.pointer == nil)
    #expect(refusal(text) != nil)
  }

  @Test("a refusal names the byte and the reason")
  func places() {
    #expect(refusal("[1,]")?.offset == 3)
    #expect(refusal("[1,]")?.reason == "a value is expected")
    #expect(refusal("{\"a\":")?.reason == "the text ends early")
    #expect(refusal("{\"é\":01}")?.offset == 6)
    #expect(refusal("{} x")?.reason == "nothing may follow the value")
  }
}

/// A value was read as another kind than it was written.
struct UnexpectedKind: Error {}
