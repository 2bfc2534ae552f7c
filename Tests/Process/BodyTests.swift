// Bodies and what announces them, parameters, and requests hidden in what nobody reads.

import Foundation
import Support
import Programs
import Testing

@Suite("Bodies and parameters", withoutStore, .enabled(if: Site.isBuilt, Site.notBuilt))
struct BodyTests {
  private let site: Site
  private let program: Program

  init() throws {
    site = try Site()
    program = try site.start("dompet-auth", threads: 3)
  }

  private func expectAlive() throws {
    #expect(try program.get("/healthz").status == 200)
    #expect(program.isRunning)
  }

  private func login(_ body: String, length: String) throws -> Answer {
    var call = Call("POST", MethodTests.login, json: body)
    call.replace("CONTENT_LENGTH", with: Array(length.utf8))
    return try program.ask(call)
  }

  @Test("a length that is no number is 400")
  func noNumber() throws {
    for length in ["abc", "-1", "-0", "+5", " 2", "2 ", "2.0", "2e0", "0x2", "٢", "2,2", "nan"] {
      expectProblem(
        try login("{}", length: length), 400, "invalid-request", pointers: [""], length)
    }
    try expectAlive()
  }

  @Test("a length over the limit is 413, however large the number")
  func tooLarge() throws {
    for length in [
      "65537", "2147483648", "4294967298", "9223372036854775807", "9223372036854775808",
      "18446744073709551618", String(repeating: "9", count: 1000),
    ] {
      expectProblem(try login("{}", length: length), 413, "payload-too-large", length)
    }
    try expectAlive()
  }

  @Test("a body shorter than its length is 400")
  func short() throws {
    for length in ["3", "100", "65536"] {
      expectProblem(
        try login("{}", length: length), 400, "invalid-request", pointers: [""], length)
    }
    try expectAlive()
  }

  @Test("a body is read to its length and no further; zeros before the length do not matter")
  func exact() throws {
    for length in ["2", "0000000000000000000000002"] {
      let answer = try login("{}, and more that is ignored", length: length)
      #expect(answer.pointers == ["/username", "/password"], "\(length)")
    }
  }

  @Test("no length, or an empty one, means no body")
  func none() throws {
    for length in ["", "0"] {
      let answer = try login("{}", length: length)
      expectProblem(answer, 400, "invalid-request", pointers: [""])
    }
    var call = Call("POST", MethodTests.login, json: "{}")
    call.parameters.removeAll { $0.name == "CONTENT_LENGTH" }
    expectProblem(try program.ask(call), 400, "invalid-request", pointers: [""])
    try expectAlive()
  }

  @Test("64 KiB are read, a byte more is 413, and so are 4 MiB")
  func limit() throws {
    func ask(_ count: Int) throws -> Answer {
      let body = Array("{}".utf8) + [UInt8](repeating: 32, count: count - 2)
      return try program.ask(
        Call("POST", MethodTests.login, body: body, contentType: "application/json"))
    }
    expectProblem(
      try ask(65_536), 400, "invalid-request", pointers: ["/username", "/password"])
    for count in [65_537, 4 << 20] {
      expectProblem(try ask(count), 413, "payload-too-large", "\(count)")
    }
    try expectAlive()
  }

  /// A registration, as the bytes of FastCGI that would carry it.
  private var forged: [UInt8] {
    let account = #"{"email":"f@example.com","username":"forged","password":"long enough"}"#
    return Call("POST", MethodTests.register, json: account).bytes
  }

  @Test("a request hidden in a body that is not read is never executed")
  func hidden() throws {
    for (length, path) in [
      ("70000", MethodTests.login), ("abc", MethodTests.login), ("0", MethodTests.login),
      ("4", "/nowhere"), ("\(forged.count)", "/nowhere"), ("-1", "/nowhere"),
    ] {
      var call = Call("POST", path, body: forged, contentType: "application/json")
      call.replace("CONTENT_LENGTH", with: Array(length.utf8))
      call.keepConnection = true
      let exchange = try program.listener.exchange(call.bytes)
      #expect(exchange.answers.count == 1)
      #expect((400..<500).contains(exchange.answers.first?.status ?? 0))
    }
    try expectAlive()
    #expect(try site.number("SELECT count(*) FROM users") == 0)
  }

  @Test("a second request on one connection is never executed, even if the first asks to keep it")
  func second() throws {
    for keep in [true, false] {
      var first = Call("GET", "/healthz")
      first.keepConnection = keep
      let exchange = try program.listener.exchange(first.bytes + forged)
      #expect(exchange.answers.map(\.status) == [200])
    }
    try expectAlive()
    #expect(try site.number("SELECT count(*) FROM users") == 0)
  }

  @Test("thousands of parameters, and large ones, do not matter")
  func manyParameters() throws {
    var call = Call("GET", "/healthz")
    for number in 0..<5000 { call.add("HTTP_X_\(number)", "value \(number)") }
    call.add("HTTP_X_LARGE", String(repeating: "x", count: 64_000))
    call.add("HTTP_X_LARGER", String(repeating: "x", count: 1 << 20))
    call.add(String(repeating: "N", count: 70_000), "")
    call.add("", "")
    call.add("", "a value without a name")
    call.add("=", "=")
    #expect(try program.ask(call).status == 200)
    try expectAlive()
  }

  @Test("of a parameter sent twice the first counts")
  func twice() throws {
    var call = Call("GET", "/healthz")
    call.add("DOCUMENT_URI", MethodTests.register)
    call.add("REQUEST_METHOD", "POST")
    #expect(try program.ask(call).status == 200)
  }

  @Test("a request without any parameter is 404")
  func noParameters() throws {
    let bytes = Record.begin() + Record.make(Record.parameters) + Record.make(Record.input)
    let answer = try #require(try program.listener.exchange(bytes).answers.first)
    expectProblem(answer, 404, "not-found")
  }

  @Test("a parameter that is not UTF-8, or holds a NUL, is one that fits nothing")
  func notText() throws {
    for (name, status) in [
      ("REQUEST_METHOD", 405), ("DOCUMENT_URI", 404), ("CONTENT_TYPE", 415),
      ("CONTENT_LENGTH", 400),
    ] {
      for bytes: [UInt8] in [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0], [0, 65]] {
        var call = Call("POST", MethodTests.login, json: #"{"username":1}"#)
        call.replace(name, with: bytes)
        #expect(try program.ask(call).status == status, "\(name) \(bytes)")
      }
    }
    try expectAlive()
  }
}
