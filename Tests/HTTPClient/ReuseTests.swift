// Connections are kept from one exchange to the next, and a kept connection is never a reason to
// send twice what must go out once.

import Foundation
import HTTPClient
import Support
import Testing

@Suite struct ReuseTests {
  @Test("exchanges that follow each other use one connection")
  func keepAlive() throws {
    let server = try RawServer { connection in
      while connection.readRequest() != nil { connection.respond("200 OK", body: "{}") }
    }
    defer { server.stop() }
    let client = HTTPClient()
    for method in ["GET", "POST", "GET", "POST"] {
      #expect(Outcome(client, HTTPRequest(method: method, url: server.url)) == .response(200))
    }
    #expect(server.connections == 1)
    #expect(server.requests.count == 4)
  }

  @Test("options of one exchange do not leak into the next")
  func cleanSlate() throws {
    let server = try RawServer { connection in
      while connection.readRequest() != nil { connection.respond("200 OK") }
    }
    defer { server.stop() }
    let client = HTTPClient()
    _ = try client.send(
      HTTPRequest(
        method: "PUT", url: server.url, headers: [("X-First", "1")], body: [97], user: "key"))
    _ = try client.send(HTTPRequest(method: "GET", url: server.url + "/second"))
    let second = try #require(server.requests.last)
    #expect(second.hasPrefix("GET /second HTTP/1.1\r\n"))
    #expect(!second.contains("X-First") && !second.contains("Authorization"))
  }

  @Test("a POST that a kept connection swallowed is not sent again")
  func lostPost() throws {
    let server = try swallowing()
    defer { server.stop() }
    let client = HTTPClient()
    _ = try client.send(HTTPRequest(method: "GET", url: server.url))
    #expect(throws: HTTPFailure.unknown(evidence: "the connection closed before an answer")) {
      try client.send(HTTPRequest(method: "POST", url: server.url, body: [97]))
    }
    #expect(server.requests.filter { $0.hasPrefix("POST") }.count == 1)
  }

  @Test("a GET that a kept connection swallowed is sent again")
  func lostGet() throws {
    let server = try swallowing()
    defer { server.stop() }
    let client = HTTPClient()
    for _ in 0..<2 {
      #expect(Outcome(client, HTTPRequest(method: "GET", url: server.url)) == .response(200))
    }
    #expect(server.requests.count == 3)
  }

  @Test("after every failure the client works again")
  func recovery() throws {
    let server = try RawServer { connection in
      connection.readRequest()
      if connection.number % 2 == 1 { return connection.reset() }
      connection.respond("200 OK")
    }
    defer { server.stop() }
    let client = HTTPClient()
    for _ in 0..<5 {
      #expect(Outcome(client, HTTPRequest(method: "POST", url: server.url)) == .unknown)
      #expect(Outcome(client, HTTPRequest(method: "POST", url: server.url)) == .response(200))
    }
  }

  @Test("sixteen threads at once each get the answer to their own request")
  func threads() throws {
    let server = try RawServer { connection in
      while let request = connection.readRequest() {
        connection.respond("200 OK", body: request.components(separatedBy: " ")[1])
      }
    }
    defer { server.stop() }
    let client = HTTPClient()
    let right = Shared(0)
    inThreads(16) { thread in
      for turn in 0..<20 {
        let path = "/\(thread)/\(turn)"
        let response = try? client.send(HTTPRequest(method: "GET", url: server.url + path))
        if response?.body == Array(path.utf8) { right.withLock { $0 += 1 } }
      }
    }
    #expect(right.withLock { $0 } == 320)
    #expect(server.connections <= 16)
  }

  /// The first connection answers once, then reads the next request and closes; others answer.
  private func swallowing() throws -> RawServer {
    try RawServer { connection in
      connection.readRequest()
      connection.respond("200 OK")
      guard connection.number > 1 else { return _ = connection.readRequest() }
      while connection.readRequest() != nil { connection.respond("200 OK") }
    }
  }
}
