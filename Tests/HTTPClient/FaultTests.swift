// Servers that fail, lie or never end. A failure says whether the request can have arrived.

import Foundation
import HTTPClient
import Support
import Testing

@Suite struct FaultTests {
  @Test("a refused connection means: not sent")
  func refused() throws {
    let server = try RawServer { _ in }
    server.stop()
    while Outcome(HTTPClient(), HTTPRequest(method: "GET", url: server.url)) == .unknown {}
    #expect(Outcome(HTTPClient(), HTTPRequest(method: "GET", url: server.url)) == .notSent)
  }

  @Test("a connection that does not come about in time means: not sent")
  func connectTimeout() throws {
    let server = try RawServer(accepting: false) { _ in }
    let request = HTTPRequest(method: "GET", url: server.url)
    #expect(Outcome(HTTPClient(), request, timeoutMilliseconds: 300) == .notSent)
  }

  @Test("a name that does not exist means: not sent")
  func noSuchName() {
    let request = HTTPRequest(method: "GET", url: "http://nobody.invalid/")
    #expect(Outcome(HTTPClient(), request) == .notSent)
  }

  @Test("no time left means: not sent", arguments: [0, -1])
  func noTime(milliseconds: Int) throws {
    let server = try RawServer { connection in connection.readRequest() }
    defer { server.stop() }
    let request = HTTPRequest(method: "GET", url: server.url)
    #expect(Outcome(HTTPClient(), request, timeoutMilliseconds: milliseconds) == .notSent)
    #expect(server.connections == 0)
  }

  @Test("silence after the request ends at the deadline")
  func silence() throws {
    let server = try RawServer { connection in
      connection.readRequest()
      connection.waitForClose()
    }
    defer { server.stop() }
    let request = HTTPRequest(method: "POST", url: server.url)
    #expect(Outcome(HTTPClient(), request, timeoutMilliseconds: 300) == .unknown)
  }

  @Test(
    "a dripping answer ends at the deadline, in headers and in the body",
    arguments: ["", "HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n"])
  func drip(head: String) throws {
    let whole = Array("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n ".utf8)
    let server = try RawServer { connection in
      connection.readRequest()
      connection.write(head)
      for byte in whole where connection.write([byte]) { usleep(100_000) }
    }
    defer { server.stop() }
    let request = HTTPRequest(method: "GET", url: server.url)
    #expect(Outcome(HTTPClient(), request, timeoutMilliseconds: 300) == .unknown)
  }

  @Test("a reset before, in and after the answer's head means: unknown")
  func reset() throws {
    for head in ["", "HTTP/1.1 200", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"] {
      let server = try RawServer { connection in
        connection.readRequest()
        connection.write(head)
        connection.reset()
      }
      defer { server.stop() }
      let outcome = Outcome(HTTPClient(), HTTPRequest(method: "POST", url: server.url))
      #expect(outcome == .unknown, "\(head)")
    }
  }

  @Test("a connection closed without an answer means: unknown")
  func closed() throws {
    let server = try RawServer { connection in connection.readRequest() }
    defer { server.stop() }
    #expect(Outcome(HTTPClient(), HTTPRequest(method: "POST", url: server.url)) == .unknown)
    #expect(server.requests.count == 1)
  }

  @Test(
    "an answer that is no HTTP means: unknown",
    arguments: [
      "garbage\r\n\r\n", "<html>hello</html>", "HTTP/9.9 200 OK\r\n\r\n", "HTTP/1.1 OK\r\n\r\n",
      "HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
    ])
  func garbage(answer: String) throws {
    let server = try RawServer { connection in
      connection.readRequest()
      connection.write(answer)
    }
    defer { server.stop() }
    #expect(Outcome(HTTPClient(), HTTPRequest(method: "POST", url: server.url)) == .unknown)
  }

  @Test("a body of 100 MB is broken off at the limit, announced or not")
  func hugeBody() throws {
    for length in ["Content-Length: 104857600", "Connection: close"] {
      let server = try RawServer { connection in
        connection.readRequest()
        connection.write("HTTP/1.1 200 OK\r\n\(length)\r\n\r\n")
        let part = [UInt8](repeating: 32, count: 1_048_576)
        for _ in 0..<100 where connection.write(part) {}
      }
      defer { server.stop() }
      #expect(throws: HTTPFailure.unknown(evidence: "more than 1048576 bytes of body")) {
        try HTTPClient().send(HTTPRequest(method: "GET", url: server.url))
      }
    }
  }

  @Test("a body of exactly the limit is taken, one byte more is not")
  func bodyLimit() throws {
    var limits = HTTPLimits()
    limits.bodyBytesMax = 10
    for (count, expected) in [(10, Outcome.response(200)), (11, .unknown)] {
      let server = try RawServer { connection in
        connection.readRequest()
        connection.respond("200 OK", body: String(repeating: "x", count: count))
      }
      defer { server.stop() }
      let client = HTTPClient(limits: limits)
      #expect(Outcome(client, HTTPRequest(method: "GET", url: server.url)) == expected)
    }
  }

  @Test(
    "a flood of headers is broken off",
    arguments: ["X-A: a\r\n", "HTTP/1.1 100 Continue\r\n\r\n"])
  func headerFlood(line: String) throws {
    let server = try RawServer { connection in
      connection.readRequest()
      connection.write("HTTP/1.1 200 OK\r\n")
      while connection.write(line) {}
    }
    defer { server.stop() }
    #expect(Outcome(HTTPClient(), HTTPRequest(method: "GET", url: server.url)) == .unknown)
  }

  @Test("a gzip bomb is not unfolded")
  func gzipBomb() throws {
    let bomb = try run("/bin/sh", "-c", "head -c 20000000 /dev/zero | gzip -c")
    let server = try RawServer { connection in
      connection.readRequest()
      connection.write("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n")
      connection.write("Content-Length: \(bomb.count)\r\n\r\n")
      connection.write(bomb)
    }
    defer { server.stop() }
    let response = try HTTPClient().send(HTTPRequest(method: "GET", url: server.url))
    #expect(response.body == bomb)
  }

  @Test("a gzip bomb as a transfer coding ends at the body's limit")
  func gzipTransferBomb() throws {
    let bomb = try run("/bin/sh", "-c", "head -c 20000000 /dev/zero | gzip -c")
    let server = try RawServer { connection in
      connection.readRequest()
      connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n")
      connection.write("\(String(bomb.count, radix: 16))\r\n")
      connection.write(bomb)
      connection.write("\r\n0\r\n\r\n")
    }
    defer { server.stop() }
    #expect(Outcome(HTTPClient(), HTTPRequest(method: "GET", url: server.url)) == .unknown)
  }

  private func run(_ command: String, _ arguments: String...) throws -> [UInt8] {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: command)
    process.arguments = arguments
    process.standardOutput = output
    try process.run()
    let bytes = [UInt8](output.fileHandleForReading.readDataToEndOfFile())
    process.waitUntilExit()
    return bytes
  }
}
