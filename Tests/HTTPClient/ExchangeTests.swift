// What a server sees of a request, and what the caller sees of a response.

import Foundation
import HTTPClient
import Support
import Testing

@Suite struct ExchangeTests {
  @Test("method, path, headers, user and body arrive as given")
  func request() throws {
    let server = try RawServer { connection in
      connection.readRequest()
      connection.respond("200 OK")
    }
    defer { server.stop() }
    let request = HTTPRequest(
      method: "POST", url: server.url + "/v2/invoices?a=b%20c",
      headers: [("Content-Type", "application/json"), ("X-Empty", "")],
      body: Array(#"{"amount":50000}"#.utf8), user: "xnd_key")
    _ = try HTTPClient().send(request)
    let seen = try #require(server.requests.first)
    let lines = seen.components(separatedBy: "\r\n")
    #expect(lines.first == "POST /v2/invoices?a=b%20c HTTP/1.1")
    #expect(lines.last == #"{"amount":50000}"#)
    let expected = [
      "Content-Type: application/json", "X-Empty:", "Content-Length: 16",
      "Authorization: Basic " + Data("xnd_key:".utf8).base64EncodedString(),
    ]
    for line in expected { #expect(lines.contains(line)) }
  }

  @Test("nothing is asked for that the caller did not ask for")
  func noExtras() throws {
    let server = try RawServer { connection in
      connection.readRequest()
      connection.respond("200 OK")
    }
    defer { server.stop() }
    let body = [UInt8](repeating: 97, count: 2_000_000)
    _ = try HTTPClient().send(HTTPRequest(method: "POST", url: server.url, body: body))
    let seen = try #require(server.requests.first).lowercased()
    for name in ["accept-encoding", "expect", "cookie", "content-type", "authorization", "upgrade"]
    {
      #expect(!seen.contains("\r\n\(name):"))
    }
  }

  @Test("a POST without a body says that its length is 0", arguments: ["POST", "PUT", "DELETE"])
  func emptyBody(method: String) throws {
    let server = try RawServer { connection in
      connection.readRequest()
      connection.respond("204 No Content")
    }
    defer { server.stop() }
    let response = try HTTPClient().send(HTTPRequest(method: method, url: server.url + "/x!"))
    #expect(response.status == 204)
    let seen = try #require(server.requests.first)
    #expect(seen.hasPrefix("\(method) /x! HTTP/1.1\r\n"))
    #expect(seen.contains("\r\nContent-Length: 0\r\n"))
  }

  @Test("status, headers in lower case, and body come back")
  func response() throws {
    let server = try RawServer { connection in
      connection.readRequest()
      connection.respond("418 Teapot", headers: ["Rate-Limit-Reset:  1.5 ", "X-A:"], body: "short")
    }
    defer { server.stop() }
    let response = try HTTPClient().send(HTTPRequest(method: "GET", url: server.url))
    #expect(response.status == 418)
    #expect(response.header("rate-limit-reset") == "1.5")
    #expect(response.header("x-a") == "")
    #expect(response.header("absent") == nil)
    #expect(response.body == Array("short".utf8))
  }

  @Test("the headers of interim responses and of trailers do not count")
  func interim() throws {
    let server = try RawServer { connection in
      connection.readRequest()
      connection.write("HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n")
      connection.write("HTTP/1.1 200 OK\r\nX-Final: 2\r\nTransfer-Encoding: chunked\r\n\r\n")
      connection.write("2\r\nok\r\n0\r\nX-Trailer: 3\r\n\r\n")
    }
    defer { server.stop() }
    let response = try HTTPClient().send(HTTPRequest(method: "GET", url: server.url))
    #expect(response.headers.map(\.name) == ["x-final", "transfer-encoding"])
    #expect(response.body == Array("ok".utf8))
  }

  @Test("a redirect is returned, not followed", arguments: [301, 302, 303, 307, 308])
  func redirect(status: Int) throws {
    let server = try RawServer { connection in
      while connection.readRequest() != nil {
        connection.respond("\(status) Elsewhere", headers: ["Location: /elsewhere"])
      }
    }
    defer { server.stop() }
    let response = try HTTPClient().send(HTTPRequest(method: "GET", url: server.url))
    #expect(response.status == status)
    #expect(server.requests.count == 1)
  }

  @Test("HEAD ends with the headers")
  func head() throws {
    let server = try RawServer { connection in
      connection.readRequest()
      connection.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
      connection.waitForClose()
    }
    defer { server.stop() }
    #expect(Outcome(HTTPClient(), HTTPRequest(method: "HEAD", url: server.url)) == .response(200))
  }

  @Test("a request that cannot be written is not sent")
  func unwritable() throws {
    let server = try RawServer { connection in connection.readRequest() }
    defer { server.stop() }
    let requests = [
      HTTPRequest(method: "GET", url: server.url, headers: [("X-A", "1\r\nX-Evil: 2")]),
      HTTPRequest(method: "GET", url: server.url, headers: [("X-A\r\nX-Evil", "1")]),
      HTTPRequest(method: "GET", url: server.url, headers: [("", "1")]),
      HTTPRequest(method: "GET /evil", url: server.url),
      HTTPRequest(method: "", url: server.url),
      HTTPRequest(method: "GET", url: server.url + "/a b"),
      HTTPRequest(method: "GET", url: server.url + "/\0"),
      HTTPRequest(method: "GET", url: "file:///etc/passwd"),
      HTTPRequest(method: "GET", url: "ftp://127.0.0.1:\(server.port)/"),
      HTTPRequest(method: "GET", url: "http://user:word@127.0.0.1:\(server.port)/"),
      HTTPRequest(method: "GET", url: ""),
    ]
    for request in requests {
      #expect(Outcome(HTTPClient(), request) == .notSent, "\(request)")
    }
    #expect(server.requests.isEmpty)
  }

  @Test("a proxy in the environment is ignored")
  func proxy() throws {
    let server = try RawServer { connection in
      connection.readRequest()
      connection.respond("200 OK")
    }
    defer { server.stop() }
    for name in ["http_proxy", "all_proxy", "ALL_PROXY"] { setenv(name, "http://127.0.0.1:1", 1) }
    defer { for name in ["http_proxy", "all_proxy", "ALL_PROXY"] { unsetenv(name) } }
    #expect(Outcome(HTTPClient(), HTTPRequest(method: "GET", url: server.url)) == .response(200))
  }
}
