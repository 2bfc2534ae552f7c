// What the three calls that read a JSON object answer to all that is not the object they want.

import Foundation
import Support
import Programs
import Testing

/// The three calls, on programs of one site, and a user who may make them.
struct Inputs {
  let site: Site
  private let auth: Program
  private let payments: Program
  private let bearer: (String, String)

  /// Each call with the members that it requires.
  static let required = [
    MethodTests.register: ["/email", "/username", "/password"],
    MethodTests.login: ["/username", "/password"], MethodTests.topUps: ["/amount"],
  ]

  init() throws {
    site = try Site()
    auth = try site.start("dompet-auth")
    payments = try site.start("dompet-payments")
    bearer = try site.makeAccount().bearer
  }

  func post(_ path: String, _ body: [UInt8]) throws -> Answer {
    let program = path == MethodTests.topUps ? payments : auth
    return try program.ask(
      Call("POST", path, headers: [bearer], body: body, contentType: "application/json"))
  }

  func post(_ path: String, _ body: String) throws -> Answer {
    try post(path, Array(body.utf8))
  }

  /// Expects the same 400 of all three calls.
  func expectInvalid(_ body: [UInt8], pointers: [String], _ name: String) throws {
    for path in Self.required.keys {
      let answer = try post(path, body)
      expectProblem(answer, 400, "invalid-request", pointers: pointers, "\(path) \(name)")
    }
  }

  func expectAlive() throws {
    #expect(auth.isRunning && payments.isRunning)
    #expect(try site.number("SELECT count(*) FROM wallet_top_ups") == 0)
    #expect(try site.number("SELECT count(*) FROM users") == 1)
  }
}

@Suite("A body", withoutStore, .enabled(if: Site.isBuilt, Site.notBuilt))
struct InputTests {
  private let inputs: Inputs

  init() throws {
    inputs = try Inputs()
  }

  static let notAnObject = [
    "", " ", "null", "true", "0", "-1.5e3", "\"text\"", "[]", "[{}]", "[[\"amount\",50000]]",
  ]

  static let notJSON: [(String, [UInt8])] = [
    ("trailing comma", Array(#"{"amount":50000,}"#.utf8)),
    ("trailing comma in an array", Array(#"{"amount":[1,]}"#.utf8)),
    ("single quotes", Array("{'amount':50000}".utf8)),
    ("no quotes", Array("{amount:50000}".utf8)),
    ("a comment", Array("{\"amount\":50000 /* much */}".utf8)),
    ("NaN", Array(#"{"amount":NaN}"#.utf8)),
    ("Infinity", Array(#"{"amount":-Infinity}"#.utf8)),
    ("hexadecimal", Array(#"{"amount":0xC350}"#.utf8)),
    ("a leading zero", Array(#"{"amount":050000}"#.utf8)),
    ("a leading plus", Array(#"{"amount":+50000}"#.utf8)),
    ("a trailing point", Array(#"{"amount":50000.}"#.utf8)),
    ("two documents", Array(#"{"amount":50000}{"amount":50000}"#.utf8)),
    ("cut off", Array(#"{"amount":50000"#.utf8)),
    ("a form", Array("amount=50000".utf8)),
    ("a NUL behind", Array(#"{"amount":50000}"#.utf8) + [0]),
    ("a raw control character", Array("{\"amount\":\"5\n0\"}".utf8)),
    ("a BOM", [0xEF, 0xBB, 0xBF] + Array(#"{"amount":50000}"#.utf8)),
    ("UTF-16 LE", Array(#"{"amount":1}"#.utf16).flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }),
    ("UTF-16 BE", Array(#"{"amount":1}"#.utf16).flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }),
    ("Latin-1", Array(#"{"amount":"caf"#.utf8) + [0xE9] + Array("\"}".utf8)),
    ("an overlong slash", Array(#"{"amount":""#.utf8) + [0xC0, 0xAF] + Array("\"}".utf8)),
    ("a raw surrogate", Array(#"{"amount":""#.utf8) + [0xED, 0xA0, 0x80] + Array("\"}".utf8)),
    ("a lone surrogate", Array(#"{"amount":"\ud800"}"#.utf8)),
    ("surrogates swapped", Array(#"{"amount":"\udc00\ud800"}"#.utf8)),
    ("a lone surrogate in a name", Array(#"{"\udfff":1}"#.utf8)),
    ("only zeros", [UInt8](repeating: 0, count: 100)),
    ("only quotes", [UInt8](repeating: 34, count: 65_536)),
  ]

  @Test("that is no object is a fault of the whole")
  func wholeBody() throws {
    for body in Self.notAnObject {
      try inputs.expectInvalid(Array(body.utf8), pointers: [""], body)
    }
  }

  @Test("that is no JSON of RFC 8259 is a fault of the whole")
  func notJSON() throws {
    for (name, body) in Self.notJSON {
      try inputs.expectInvalid(body, pointers: [""], name)
    }
    try inputs.expectAlive()
  }

  @Test("nested 10 000 deep is one fault")
  func deep() throws {
    for (open, close) in [("[", "]"), (#"{"a":"#, "}")] {
      for closed in [true, false] {
        let body =
          String(repeating: open, count: 10_000) + (closed ? "1" : "")
          + (closed ? String(repeating: close, count: 10_000) : "")
        for path in Inputs.required.keys {
          let answer = try inputs.post(path, body)
          #expect(answer.status == 400)
          #expect(answer.pointers.count == 1)
        }
      }
    }
    try inputs.expectAlive()
  }

  @Test("without members lacks all that are required, at once")
  func empty() throws {
    for (path, pointers) in Inputs.required {
      let answer = try inputs.post(path, "{}")
      expectProblem(answer, 400, "invalid-request", pointers: pointers)
    }
  }

  @Test("with members of wrong types names each of them", arguments: ["null", "[]", "{}", "true"])
  func wrongTypes(value: String) throws {
    for (path, pointers) in Inputs.required {
      let members = pointers.map { "\"\($0.dropFirst())\":\(value)" }.joined(separator: ",")
      let answer = try inputs.post(path, "{\(members)}")
      expectProblem(answer, 400, "invalid-request", pointers: pointers, path)
    }
    let name = try inputs.post(MethodTests.register, #"{"name":7}"#)
    #expect(name.pointers == ["/email", "/username", "/password", "/name"])
  }

  @Test("with members that nobody asked for names each of them, escaped as RFC 6901 says")
  func unknown() throws {
    let body = #"{"role":"ADMIN","a/b":1,"c~d":2,"":3,"Amount":4,"__proto__":{},"\u0000":5,"é":6}"#
    let unknown = ["/role", "/a~1b", "/c~0d", "/", "/Amount", "/__proto__", "/\0", "/é"]
    for (path, pointers) in Inputs.required {
      let answer = try inputs.post(path, body)
      expectProblem(answer, 400, "invalid-request", pointers: pointers + unknown, path)
    }
  }

  @Test("with 6000 members that nobody asked for is answered in short")
  func manyUnknown() throws {
    let members = (0..<6000).map { "\"\($0)\":0" }.joined(separator: ",")
    for path in Inputs.required.keys {
      let answer = try inputs.post(path, "{\(members)}")
      #expect(answer.status == 400)
      #expect(answer.body.count < 5000)
    }
  }

  @Test("with a member twice is refused there, even if both are the same or spelled differently")
  func duplicates() throws {
    for body in [
      #"{"amount":50000,"amount":50000}"#, #"{"amount":50000,"amount":1}"#,
      #"{"amount":50000,"\u0061mount":50000}"#,
    ] {
      try inputs.expectInvalid(Array(body.utf8), pointers: ["/amount"], body)
    }
    let below = #"{"a":{"b":1,"b":2}}"#
    try inputs.expectInvalid(Array(below.utf8), pointers: ["/a/b"], below)
    try inputs.expectAlive()
  }

  private static let testSuite = Checkout.shared + "/vectors/jsontestsuite/test_parsing/"

  @Test(
    "of JSONTestSuite is refused as a whole if it is no JSON, and else for its members",
    .enabled(
      if: FileManager.default.fileExists(atPath: testSuite), "needs shared/vectors beside"))
  func suite() throws {
    let folder = Self.testSuite
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
    #expect(names.count > 300)
    for name in names {
      let body = Array(try Data(contentsOf: URL(filePath: folder + name)))
      for path in Inputs.required.keys {
        let answer = try inputs.post(path, body)
        let said: Comment = "\(path) \(name) \(answer.text)"
        #expect(answer.status == (body.count > 65_536 ? 413 : 400), said)
        if answer.status == 413 { continue }
        if name.hasPrefix("n_") { #expect(answer.pointers == [""], said) }
        if name.hasPrefix("y_") { #expect(Self.isOfMembers(answer), said) }
      }
    }
    try inputs.expectAlive()
  }

  /// Whether the body was read as JSON, and then found wanting.
  private static func isOfMembers(_ answer: Answer) -> Bool {
    answer.text.contains("is required") || answer.text.contains("a JSON object is required")
      || answer.text.contains("is given twice")
  }
}
