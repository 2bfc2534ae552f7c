// Requests and answers as they lie in memory; the protocol itself is tested by Tests/Process.

import Foundation
import Testing

@testable import FastCGI

@Suite("An answer on the wire")
struct ResponseTests {
  @Test("has its status, its fields in order, its length, and its body")
  func whole() {
    let response = Response(
      status: 201, headers: [("Content-Type", "text/plain"), ("X-One", "1")], body: [104, 105])
    #expect(
      wire(response) == "Status: 201 Created\r\nContent-Type: text/plain\r\nX-One: 1\r\n"
        + "Content-Length: 2\r\n\r\nhi")
  }

  @Test("to HEAD has the same fields and no body")
  func head() {
    let response = Response(status: 200, headers: [], body: [104, 105])
    #expect(wire(response, method: "HEAD") == "Status: 200 OK\r\nContent-Length: 2\r\n\r\n")
  }

  @Test("without content announces no length")
  func noContent() {
    #expect(wire(Response(status: 204)) == "Status: 204 No Content\r\n\r\n")
  }

  @Test("cannot be split by a line break in a value")
  func splitting() {
    let response = Response(status: 200, headers: [("X-One", "a\r\nSet-Cookie: b\u{0}c")])
    #expect(wire(response).contains("X-One: a  Set-Cookie: b c\r\n"))
  }

  private func wire(_ response: Response, method: String = "GET") -> String {
    withVariables(["REQUEST_METHOD=\(method)"]) { variables in
      let request = Request(variables: variables, body: .bytes([]))
      return String(decoding: response.serialized(for: request), as: UTF8.self)
    }
  }
}

@Suite("An answer that is made while it is sent")
struct StreamTests {
  @Test("announces no length, and is written piece by piece")
  func pieces() {
    let (whole, writes) = send(
      Response(status: 200, headers: [("X-One", "1")]) { send throws(StreamCut) in
        for piece in ["a", "b"] { try send(Array(piece.utf8)) }
      })
    #expect(whole)
    #expect(writes == ["Status: 200 OK\r\nX-One: 1\r\n\r\n", "a", "b"])
  }

  @Test("is not made for HEAD")
  func head() {
    let (whole, writes) = send(
      Response(status: 200) { send throws(StreamCut) in try send(Array("a".utf8)) }, method: "HEAD")
    #expect(whole)
    #expect(writes == ["Status: 200 OK\r\n\r\n"])
  }

  @Test("is not whole if it cannot be finished")
  func cut() {
    let (whole, writes) = send(
      Response(status: 200) { send throws(StreamCut) in
        try send(Array("a".utf8))
        throw StreamCut()
      })
    #expect(!whole && writes.last == "a")
  }

  @Test("is given up when its reader has gone", arguments: [0, 1, 2])
  func gone(writesMax: Int) {
    let (whole, writes) = send(
      Response(status: 200) { send throws(StreamCut) in
        while true { try send(Array("a".utf8)) }
      }, writesMax: writesMax)
    #expect(!whole && writes.count == writesMax)
  }

  /// - Parameter writesMax: after so many writes the reader has gone.
  private func send(
    _ response: Response, method: String = "GET", writesMax: Int = .max
  ) -> (isWhole: Bool, writes: [String]) {
    var writes: [String] = []
    let isWhole = withVariables(["REQUEST_METHOD=\(method)"]) { variables in
      let request = Request(variables: variables, body: .bytes([]))
      return response.send(to: request) { bytes in
        guard writes.count < writesMax else { return false }
        writes.append(String(decoding: bytes, as: UTF8.self))
        return true
      }
    }
    return (isWhole, writes)
  }
}

@Suite("A request's variables")
struct RequestTests {
  @Test("are found by their whole name")
  func wholeName() {
    let found = withVariables(["HTTP_AB=long", "HTTP_A=short", "HTTP_A", "="]) { variables in
      let request = Request(variables: variables, body: .bytes([]))
      return [request.parameter("HTTP_A"), request.parameter("HTTP_"), request.parameter("A")]
    }
    #expect(found == ["short", nil, nil])
  }

  @Test("that were sent twice are counted, and the first is taken")
  func repeated() {
    withVariables(["HTTP_A=1", "HTTP_A=2", "HTTP_A="]) { variables in
      let request = Request(variables: variables, body: .bytes([]))
      #expect(request.parameterCount("HTTP_A") == 3)
      #expect(request.parameter("HTTP_A") == "1")
      #expect(request.parameterCount("HTTP_B") == 0)
    }
  }
}

@Suite("A request's body")
struct BodyTests {
  @Test("is read to its announced length, however it comes in pieces")
  func pieces() {
    #expect(read(announced: "5", sent: "hello world", atATime: 2) == "hello")
  }

  @Test("is empty when nothing is announced", arguments: [nil, "", "0", "000"])
  func empty(announced: String?) {
    #expect(read(announced: announced, sent: "hello") == "")
  }

  @Test(
    "is incomplete when less comes, or the length is no number",
    arguments: ["6", "-1", "+5", "5.0", "0x5", " 5"])
  func incomplete(announced: String) {
    #expect(read(announced: announced, sent: "hello") == "incomplete")
  }

  @Test(
    "is too large above the limit", arguments: ["11", "9223372036854775807", "9223372036854775808"])
  func tooLarge(announced: String) {
    #expect(read(announced: announced, sent: "hello world") == "too large")
  }

  private func read(announced: String?, sent: String, atATime: Int = 100) -> String {
    var rest = Array(sent.utf8)[...]
    let body = withVariables(announced.map { ["CONTENT_LENGTH=\($0)"] } ?? []) { variables in
      readBody(of: variables, bytesMax: 10) { buffer in
        let piece = rest.prefix(min(atATime, buffer.count))
        rest = rest.dropFirst(piece.count)
        _ = buffer.update(fromContentsOf: piece)
        return piece.count
      }
    }
    switch body {
    case .bytes(let bytes): return String(decoding: bytes, as: UTF8.self)
    case .incomplete: return "incomplete"
    case .tooLarge: return "too large"
    }
  }
}

/// The strings as FastCGI and CGI hand them over.
private func withVariables<Result>(
  _ strings: [String], _ body: (Request.Variables) -> Result
) -> Result {
  var pointers = strings.map { strdup($0) } + [nil]
  defer { for pointer in pointers { free(pointer) } }
  return pointers.withUnsafeMutableBufferPointer { buffer in
    guard let start = buffer.baseAddress else { preconditionFailure("never empty") }
    return body(start)
  }
}
