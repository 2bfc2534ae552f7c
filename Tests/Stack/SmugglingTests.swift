// Requests whose end two readers could see in different places (RFC 9112, section 11.2): nginx must
// refuse them and close the connection, or see one request, so that no second one is smuggled in.

import Foundation
import Support
import Testing

private let hidden = "GET /api/v1/docs HTTP/1.1\r\nHost: hidden\r\n\r\n"

private let refused: [(name: String, head: String, body: String, status: Int)] = [
  ("CL.TE", "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n" + hidden, 400),
  ("TE.CL", "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", "0\r\n\r\n" + hidden, 400),
  ("TE.TE", "Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n", "0\r\n\r\n" + hidden, 400),
  ("TE twice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n", 400),
  ("TE: xchunked", "Transfer-Encoding: xchunked\r\n", "0\r\n\r\n" + hidden, 501),
  ("TE: chunked, identity", "Transfer-Encoding: chunked, identity\r\n", hidden, 501),
  ("a tab before chunked", "Transfer-Encoding:\tchunked\r\n", "0\r\n\r\n" + hidden, 501),
  ("a blank before the colon", "Transfer-Encoding : chunked\r\n", "0\r\n\r\n" + hidden, 400),
  ("CL twice, alike", "Content-Length: 2\r\nContent-Length: 2\r\n", "{}" + hidden, 400),
  ("CL twice, different", "Content-Length: 2\r\nContent-Length: 3\r\n", "{}" + hidden, 400),
  ("CL: 2, 2", "Content-Length: 2, 2\r\n", "{}" + hidden, 400),
  ("CL: +2", "Content-Length: +2\r\n", "{}" + hidden, 400),
  ("CL: 0x2", "Content-Length: 0x2\r\n", "{}" + hidden, 400),
  ("CL: 2 2", "Content-Length: 2 2\r\n", "{}" + hidden, 400),
  ("a CL that overflows", "Content-Length: 18446744073709551618\r\n", "{}" + hidden, 400),
  ("a folded header", "X-A: b\r\n Content-Length: 2\r\n", "{}" + hidden, 400),
  ("a folded TE", "Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n" + hidden, 400),
  ("a bare CR in a header", "X-A: b\rContent-Length: 2\r\n", "{}" + hidden, 400),
  ("a NUL in a header", "X-A: \0\r\nContent-Length: 2\r\n", "{}" + hidden, 400),
  ("a header without a name", ": chunked\r\nContent-Length: 2\r\n", "{}" + hidden, 400),
  ("a blank in a header's name", "X A: b\r\nContent-Length: 2\r\n", "{}" + hidden, 400),
  ("a negative chunk", "Transfer-Encoding: chunked\r\n", "-2\r\n{}\r\n0\r\n\r\n" + hidden, 400),
  ("a chunk of 0x2", "Transfer-Encoding: chunked\r\n", "0x2\r\n{}\r\n0\r\n\r\n" + hidden, 400),
  ("a chunk that overflows", "Transfer-Encoding: chunked\r\n", "1ffffffffffffffff\r\n{}", 400),
  ("a chunk longer than it says", "Transfer-Encoding: chunked\r\n", "1\r\n{}\r\n0\r\n\r\n", 400),
]

private let read: [(name: String, head: String, body: String)] = [
  ("zeros before a length", "Content-Length: 00002\r\n", "{}"),
  ("a bare LF after a header", "X-A: b\nContent-Length: 2\r\n", "{}"),
  ("an extension of a chunk", "Transfer-Encoding: chunked\r\n", "2;a=b\r\n{}\r\n0\r\n\r\n"),
  ("an extension with a bare LF", "Transfer-Encoding: chunked\r\n", "2;a\n{}\r\n0\r\n\r\n"),
  ("a trailer", "Transfer-Encoding: chunked\r\n", "2\r\n{}\r\n0\r\nX-A: b\r\n\r\n"),
  ("a request as a body", "Content-Length: \(hidden.utf8.count)\r\n", hidden),
]

@Suite("Request smuggling", withoutStore, .enabled(if: Stack.isBuilt, "needs the release build"))
struct SmugglingTests {
  private static let head =
    "POST /api/v1/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"

  @Test("is refused, and the connection closed", arguments: refused.indices)
  func closed(_ index: Int) throws {
    let row = refused[index]
    let connection = try HTTPConnection(port: Stack.shared.get().port)
    connection.write(Array("\(Self.head)\(row.head)\r\n\(row.body)".utf8))
    let answer = try connection.readAnswer()
    #expect(answer.status == row.status, "\(row.name): \(answer.text)")
    #expect(answer.header("content-type") == "application/problem+json", "\(row.name)")
    #expect(throws: HTTPClientError.self, "\(row.name)") { try connection.readAnswer() }
  }

  @Test("finds no second request in what is odd and allowed", arguments: read.indices)
  func one(_ index: Int) throws {
    let row = read[index]
    let connection = try HTTPConnection(port: Stack.shared.get().port)
    let next = "GET /api/v1/docs.css HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    connection.write(Array("\(Self.head)\(row.head)\r\n\(row.body)\(next)".utf8))
    #expect(try connection.readAnswer().status == 400, "\(row.name)")
    let second = try connection.readAnswer()
    #expect(second.status == 200, "\(row.name)")
    #expect(second.header("content-type") == "text/css; charset=utf-8", "\(row.name)")
    #expect(throws: HTTPClientError.self, "\(row.name)") { try connection.readAnswer() }
  }

  @Test("finds nothing behind a body that is too large")
  func large() throws {
    let connection = try HTTPConnection(port: Stack.shared.get().port)
    let body = String(repeating: "a", count: 70_000)
    let head = "\(Self.head)Content-Length: \(body.utf8.count)\r\n\r\n"
    connection.write(Array((head + body + hidden).utf8))
    #expect(try connection.readAnswer().status == 413)
    #expect(throws: HTTPClientError.self) { try connection.readAnswer() }
  }
}
