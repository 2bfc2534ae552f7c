// What a peer may do to FastCGI itself. One worker only is free, so that a lost one shows at once.

import Foundation
import Support
import Programs
import Testing

@Suite("FastCGI", withoutStore, .enabled(if: Site.isBuilt, Site.notBuilt))
struct ProtocolTests {
  private let site: Site
  private let program: Program
  /// Each keeps a worker waiting.
  private let idle: [FastCGIConnection]

  init() throws {
    site = try Site()
    program = try site.start("dompet-auth", threads: 3)
    let path = program.listener.path
    idle = try (1...2).map { _ in try FastCGIConnection(path: path) }
  }

  /// The one free worker still answers, in the process that was started.
  private func expectAlive(_ comment: String = "") throws {
    #expect(try program.get("/healthz").status == 200, "\(comment)")
    #expect(program.isRunning, "\(comment)")
  }

  static let garbage: [(name: String, bytes: [UInt8])] = [
    ("nothing", []),
    ("one byte", [1]),
    ("a half header", [1, 1, 0, 1]),
    ("HTTP", Array("GET / HTTP/1.1\r\nHost: x\r\n\r\n".utf8)),
    ("zeros", [UInt8](repeating: 0, count: 10_000)),
    ("0xFF", [UInt8](repeating: 0xFF, count: 10_000)),
    ("ones", [UInt8](repeating: 1, count: 10_000)),
    ("another version", Record.make(Record.begin, [0, 1, 0, 0, 0, 0, 0, 0], version: 2)),
    ("a short beginning", Record.make(Record.begin, [0, 1, 0])),
    ("a long beginning", Record.make(Record.begin, [UInt8](repeating: 0, count: 100))),
    ("an authorizer", Record.begin(role: 2) + Record.stream(Record.parameters, [])),
    ("a filter", Record.begin(role: 3) + Record.stream(Record.parameters, [])),
    ("no such role", Record.begin(role: 99) + Record.stream(Record.parameters, [])),
    ("role 0", Record.begin(role: 0)),
    ("two beginnings", Record.begin() + Record.begin() + Record.begin(id: 2)),
    ("parameters only", Record.stream(Record.parameters, Record.pair([65], [66]))),
    ("a body only", Record.stream(Record.input, [1, 2, 3])),
    ("an abort", Record.begin() + Record.make(Record.abort)),
    ("an abort of nothing", Record.make(Record.abort)),
    ("an end", Record.begin() + Record.make(Record.end, [0, 0, 0, 0, 0, 0, 0, 0])),
    ("output", Record.begin() + Record.make(Record.output, [1, 2, 3])),
    ("no such type", Record.begin() + Record.make(77, [1, 2, 3])),
    ("no such management", Record.make(77, [1, 2, 3], id: 0)),
    ("values", Record.make(Record.getValues, Record.pair(Array("FCGI_MAX_CONNS".utf8), []), id: 0)),
    ("broken values", Record.make(Record.getValues, [255, 255], id: 0)),
    ("a body before the parameters end", Record.begin() + Record.stream(Record.input, [1])),
    ("parameters without end", Record.begin() + Record.make(Record.parameters, [1, 1, 65, 66])),
    ("a truncated length", Record.begin() + Record.stream(Record.parameters, [0x80, 0])),
    ("a truncated name", Record.begin() + Record.stream(Record.parameters, [5, 0, 65])),
    ("a truncated value", Record.begin() + Record.stream(Record.parameters, [1, 9, 65, 66])),
    // Added up as 32-bit integers, these are less than nothing (CVE-2025-23016).
    (
      "two lengths of 2 GiB",
      Record.begin()
        + Record.stream(
          Record.parameters,
          [255, 255, 255, 255, 255, 255, 255, 255] + [UInt8](repeating: 65, count: 60_000))
    ),
    (
      "a name of 1 GiB",
      Record.begin() + Record.stream(Record.parameters, [0xC0, 0, 0, 0, 0, 65, 66])
    ),
    ("a record that announces 64 KiB", [1, 5, 0, 1, 255, 255, 0, 0]),
    ("bytes after a request", Call("GET", "/healthz").bytes + [UInt8](repeating: 7, count: 5000)),
  ]

  @Test("nonsense ends its own connection and nothing else")
  func nonsense() throws {
    for (name, bytes) in Self.garbage {
      // Answered or not, the program must end the connection once the peer has ended its side.
      _ = try program.listener.exchange(bytes, endWriting: true)
      try expectAlive(name)
    }
  }

  @Test("random bytes end their own connection and nothing else")
  func random() throws {
    for _ in 0..<200 {
      let bytes = (0..<Int.random(in: 1...3000)).map { _ in UInt8.random(in: 0...255) }
      _ = try program.listener.exchange(bytes, endWriting: true)
    }
    for _ in 0..<400 {
      var bytes = Call("POST", MethodTests.login, json: "{}").bytes
      bytes[Int.random(in: 0..<bytes.count)] = UInt8.random(in: 0...255)
      _ = try program.listener.exchange(bytes, endWriting: true)
    }
    try expectAlive()
  }

  @Test("a request cut off at any byte ends its own connection and nothing else")
  func cutOff() throws {
    let bytes = Call("POST", MethodTests.login, json: #"{"username":1}"#).bytes
    for count in stride(from: 0, to: bytes.count, by: 3) {
      let exchange = try program.listener.exchange(Array(bytes.prefix(count)), endWriting: true)
      #expect(exchange.answers.allSatisfy { (400..<500).contains($0.status) }, "\(count)")
    }
    try expectAlive()
  }

  @Test("a request that arrives byte by byte, in records of any size, is one request")
  func drop() throws {
    let body = Array(#"{"username":1,"password":"x"}"#.utf8)
    let call = Call("POST", MethodTests.login, body: body, contentType: "application/json")
    let pairs = call.parameters.flatMap { Record.pair(Array($0.name.utf8), $0.value) }
    let bytes =
      Record.begin() + pairs.flatMap { Record.make(Record.parameters, [$0], padding: 255) }
      + Record.make(Record.parameters) + body.flatMap { Record.make(Record.input, [$0]) }
      + Record.make(Record.input)
    let connection = try FastCGIConnection(path: program.listener.path)
    for start in stride(from: 0, to: bytes.count, by: 11) {
      connection.write(Array(bytes[start...].prefix(11)))
    }
    let answer = try #require(Exchange(try connection.readToEnd()).answers.first)
    expectProblem(answer, 400, "invalid-request", pointers: ["/username"])
  }

  @Test("a request has another id than 1")
  func identifiers() throws {
    for id: UInt16 in [0x0100, 0xFFFF] {
      let pairs = Call("GET", "/healthz").parameters
        .flatMap { Record.pair(Array($0.name.utf8), $0.value) }
      let exchange = try program.listener.exchange(
        Record.begin(id: id) + Record.stream(Record.parameters, pairs, id: id)
          + Record.stream(Record.input, [], id: id))
      #expect(exchange.answers.first?.status == 200)
    }
  }

  @Test("a client that is gone before its answer does no harm, and what it asked for is done")
  func gone() throws {
    for number in 0..<3 {
      let account = """
        {"email":"gone\(number)@example.com","username":"gone\(number)","password":"long enough"}
        """
      let connection = try FastCGIConnection(path: program.listener.path)
      connection.write(Call("POST", MethodTests.register, json: account).bytes)
    }
    for _ in 0..<50 {
      let connection = try FastCGIConnection(path: program.listener.path)
      connection.write(Call("GET", "/healthz").bytes)
    }
    try expectAlive()
    #expect(try site.number("SELECT count(*) FROM users") == 3)
  }
}
