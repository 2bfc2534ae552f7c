// What nginx answers when it is sent, byte by byte, what no client should send.

import Support
import Testing

/// A request and the problem that answers it.
struct RawCase: Sendable, CustomTestStringConvertible {
  let name: String
  let request: String
  let status: Int
  let type: String

  init(_ name: String, _ request: String, _ status: Int, _ type: String) {
    self.name = name
    self.request = request
    self.status = status
    self.type = type
  }

  var testDescription: String { name }
}

private let me = "/api/v1/wallets/me"
private let login = "/api/v1/auth/login"
private let host = "Host: localhost\r\n"
private let webhook = "/api/v1/payments/webhooks/xendit"

private let malformed = [
  RawCase("bytes of a TLS greeting", "\u{16}\u{3}\u{1}\u{2}\r\n\r\n", 400, "invalid-request"),
  RawCase("one word", "GARBAGE\r\n\r\n", 400, "invalid-request"),
  RawCase("a lower-case method", "get \(me) HTTP/1.1\r\n\(host)\r\n", 400, "invalid-request"),
  RawCase("no Host", "GET \(me) HTTP/1.1\r\n\r\n", 400, "invalid-request"),
  RawCase("two Hosts", "GET \(me) HTTP/1.1\r\n\(host)\(host)\r\n", 400, "invalid-request"),
  RawCase(
    "a NUL in a header", "GET \(me) HTTP/1.1\r\n\(host)A: \0\r\n\r\n", 400, "invalid-request"),
  RawCase("%zz", "GET /api/v1/%zz HTTP/1.1\r\n\(host)\r\n", 400, "invalid-request"),
  RawCase("%00", "GET /api/v1/%00 HTTP/1.1\r\n\(host)\r\n", 400, "invalid-request"),
  RawCase("a path above the root", "GET /../x HTTP/1.1\r\n\(host)\r\n", 400, "invalid-request"),
  RawCase("HTTP/3.0", "GET \(me) HTTP/3.0\r\n\(host)\r\n", 505, "http-version-not-supported"),
]

private let framing = [
  RawCase(
    "two Content-Lengths",
    "POST \(login) HTTP/1.1\r\n\(host)Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    400, "invalid-request"),
  RawCase(
    "Content-Length with Transfer-Encoding",
    "POST \(login) HTTP/1.1\r\n\(host)Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n"
      + "2\r\n{}\r\n0\r\n\r\n", 400, "invalid-request"),
  RawCase(
    "a negative Content-Length",
    "POST \(login) HTTP/1.1\r\n\(host)Content-Length: -2\r\n\r\n{}", 400, "invalid-request"),
  RawCase(
    "a bad chunk",
    "POST \(login) HTTP/1.1\r\n\(host)Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    400, "invalid-request"),
  RawCase(
    "an unknown transfer encoding",
    "POST \(login) HTTP/1.1\r\n\(host)Transfer-Encoding: gzip\r\n\r\n", 501, "not-implemented"),
]

private let tooLarge = [
  RawCase(
    "a URI of 9 kB", "GET /\(String(repeating: "a", count: 9000)) HTTP/1.1\r\n\(host)\r\n",
    414, "uri-too-long"),
  RawCase(
    "a header of 9 kB",
    "GET \(me) HTTP/1.1\r\n\(host)A: \(String(repeating: "a", count: 9000))\r\n\r\n",
    431, "headers-too-large"),
  RawCase(
    "a callback token of 64 kB",
    "POST \(webhook) HTTP/1.1\r\n\(host)X-Callback-Token: "
      + String(repeating: "a", count: 65536) + "\r\n\r\n", 431, "headers-too-large"),
  RawCase(
    "60 headers of 1 kB",
    "GET \(me) HTTP/1.1\r\n\(host)"
      + String(repeating: "A: \(String(repeating: "a", count: 1000))\r\n", count: 60) + "\r\n",
    431, "headers-too-large"),
  RawCase(
    "a body one byte over the limit",
    "POST \(login) HTTP/1.1\r\n\(host)Content-Length: 65537\r\n\r\n", 413, "payload-too-large"),
  RawCase(
    "a body in chunks over the limit",
    "POST \(login) HTTP/1.1\r\n\(host)Transfer-Encoding: chunked\r\n\r\n10001\r\n"
      + String(repeating: "a", count: 65537) + "\r\n0\r\n\r\n", 413, "payload-too-large"),
]

private let refused = [
  RawCase("TRACE", "TRACE \(me) HTTP/1.1\r\n\(host)\r\n", 405, "method-not-allowed"),
  RawCase("CONNECT", "CONNECT /a HTTP/1.1\r\n\(host)\r\n", 405, "method-not-allowed"),
  RawCase("an unknown path", "GET /api/v1/nothing HTTP/1.1\r\n\(host)\r\n", 404, "not-found"),
  RawCase("a slash too many", "GET \(me)/ HTTP/1.1\r\n\(host)\r\n", 404, "not-found"),
  RawCase("a path outside the API", "GET /nothing HTTP/1.1\r\n\(host)\r\n", 404, "not-found"),
  RawCase(
    "an unknown path with a body over the limit",
    "POST /api/v1/nothing HTTP/1.1\r\n\(host)Content-Length: 65537\r\n\r\n", 404, "not-found"),
  RawCase("the problems' path", "GET /dompet_problem HTTP/1.1\r\n\(host)\r\n", 404, "not-found"),
  RawCase(
    "a step of the health check", "GET /dompet_healthz/webhook HTTP/1.1\r\n\(host)\r\n",
    404, "not-found"),
  RawCase("a dead auth", "POST \(login) HTTP/1.1\r\n\(host)\r\n", 503, "busy"),
  RawCase("a dead wallets", "GET \(me) HTTP/1.1\r\n\(host)\r\n", 503, "busy"),
  RawCase(
    "a dead payments", "POST /api/v1/payments/wallet-top-ups HTTP/1.1\r\n\(host)\r\n", 503, "busy"),
  RawCase("a dead webhook", "POST \(webhook) HTTP/1.1\r\n\(host)\r\n", 503, "busy"),
  RawCase("health with dead programs", "GET /healthz HTTP/1.1\r\n\(host)\r\n", 503, "busy"),
]

@Suite("What nginx answers itself", withoutStore)
struct RawRequestTests {
  private static let nginx = Result { try Nginx().shared() }

  @Test("is a problem document", arguments: malformed + framing + tooLarge + refused)
  func problem(_ row: RawCase) throws {
    let port = try Self.nginx.get().port
    let answer = try HTTP.exchange(Array(row.request.utf8), port: port)
    expectProblem(answer, row.status, row.type)
  }

  @Test("has no body if the method is HEAD", arguments: ["/nothing", "/api/v1/nothing", me])
  func head(_ path: String) throws {
    let port = try Self.nginx.get().port
    let get = try HTTP.send("GET", path, port: port)
    let head = try HTTP.send("HEAD", path, port: port)
    #expect(head.body.isEmpty)
    #expect(head.status == get.status)
    #expect(head.header("content-length") == "\(get.body.count)")
    expectHeaders(head)
  }

  @Test("does not take the request id from the client")
  func requestID() throws {
    let id = String(repeating: "0", count: 32)
    let answer = try HTTP.send(
      "GET", me, port: Self.nginx.get().port, headers: [("X-Request-Id", id)])
    #expect(answer.json["requestId"] as? String != id)
    expectProblem(answer, 503, "busy")
  }
}
