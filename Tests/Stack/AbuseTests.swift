// What an attacker tries, and what is answered: a table for each kind of trick. `TOKEN` stands for
// the access token of somebody with an account.

import Foundation
import Support
import Testing

/// A request that is sent as it is written, and the status of its answer.
struct Trick: Sendable, CustomTestStringConvertible {
  let name: String
  let request: String
  let status: Int

  var testDescription: String { name }

  init(_ name: String, _ line: String, _ headers: String..., body: String = "", gives status: Int) {
    self.name = name
    var lines = ["\(line) HTTP/1.1", "Host: localhost", "Connection: close"] + headers
    if !body.isEmpty { lines.append("Content-Length: \(body.utf8.count)") }
    request = lines.joined(separator: "\r\n") + "\r\n\r\n" + body
    self.status = status
  }
}

private let me = "GET /api/v1/wallets/me"
private let topUp = "POST /api/v1/payments/wallet-top-ups"
private let bearer = "Authorization: Bearer TOKEN"
private let json = "Content-Type: application/json"
private let text = "Content-Type: text/plain"
private let coding = "Content-Encoding: gzip"
private let amount = #"{"amount":5000}"#

private let proofs = [
  Trick("a scheme in another case", me, "Authorization: bEARER TOKEN", gives: 200),
  Trick("another scheme", me, "Authorization: Basic TOKEN", gives: 401),
  Trick("no token", me, "Authorization: Bearer", gives: 401),
  Trick("two blanks before the token", me, "Authorization: Bearer  TOKEN", gives: 401),
  Trick("two tokens in one header", me, "Authorization: Bearer TOKEN, Bearer TOKEN", gives: 401),
  Trick("the header twice", me, bearer, bearer, gives: 400),
  Trick("an underscore in the header's name", me, "Author_ization: Bearer TOKEN", gives: 401),
  Trick("the name of the meta-variable", me, "HTTP_AUTHORIZATION: Bearer TOKEN", gives: 401),
  Trick("the token in the query", me + "?access_token=TOKEN", gives: 401),
  Trick("the token in a cookie", me, "Cookie: accessToken=TOKEN", gives: 401),
  Trick("the header named as one to drop", me, bearer, "Connection: Authorization", gives: 200),
]

private let headers = [
  Trick("a body of JSON", topUp, bearer, json, body: amount, gives: 201),
  Trick("the media type twice", topUp, bearer, json, json, body: amount, gives: 415),
  Trick(
    "JSON, then another", topUp, bearer, json, text, body: amount, gives: 415),
  Trick(
    "another, then JSON", topUp, bearer, text, json, body: amount, gives: 415),
  Trick("another charset", topUp, bearer, json + "; charset=utf-16", body: amount, gives: 415),
  Trick("JSON as a form", topUp, bearer, text, body: amount, gives: 415),
  Trick(
    "a coding of the body", topUp, bearer, json, coding, body: amount, gives: 415),
  Trick(
    "the Idempotency-Key twice", topUp, bearer, json, "Idempotency-Key: a", "Idempotency-Key: a",
    body: amount, gives: 400),
  Trick(
    "an empty Idempotency-Key", topUp, bearer, json, "Idempotency-Key:", body: amount, gives: 400),
  Trick("Idempotency_Key", topUp, bearer, json, "Idempotency_Key: a b", body: amount, gives: 201),
  Trick("a method to take instead", me, bearer, "X-HTTP-Method-Override: DELETE", gives: 200),
  Trick("a path to take instead", me, bearer, "X-Original-URL: /healthz", gives: 200),
  Trick("another path to take instead", me, bearer, "X-Rewrite-URL: /healthz", gives: 200),
  Trick("an order to nginx", me, bearer, "X-Accel-Redirect: /dompet_healthz/webhook", gives: 200),
  Trick(
    "a proxy for the program", topUp, bearer, json, "Proxy: http://127.0.0.1:9", body: amount,
    gives: 201),
  Trick("a part of the answer", me, bearer, "Range: bytes=0-1", gives: 200),
  Trick("a condition", me, bearer, "If-None-Match: *", gives: 200),
  Trick("a compressed answer", me, bearer, "Accept-Encoding: gzip", gives: 200),
  Trick("HTTP/2", me, bearer, "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__", gives: 200),
]

private let paths: [(path: String, status: Int)] = [
  ("//api/v1/wallets/me", 200), ("/api/v1//wallets/me", 200), ("/api/v1/wallets/./me", 200),
  ("/api/v1/auth/../wallets/me", 200), ("/api/v1/auth/%2e%2e/wallets/me", 200),
  ("/api/v1/wallets/%6de", 200), ("/api/v1/wallets%2fme", 200), ("/api/v1/wallets/me#x", 200),
  ("http://elsewhere.example/api/v1/wallets/me", 200), ("/api/v1/wallets/me?", 200),
  ("/api/v1/wallets/me/", 404), ("/api/v1/wallets/me%2f", 404), ("/api/v1/wallets/me;a=1", 404),
  ("/api/v1/wallets/me%20", 404), ("/api/v1/wallets/me%0a", 404), ("/api/v1/wallets/ME", 404),
  ("/API/v1/wallets/me", 404), ("/api/v1/wallets\\me", 404), ("/api/v1/wallets/me.json", 404),
  ("/api/v1/wallets/%256de", 404), ("/api/v1/wallets/%u006de", 400),
  ("/api/v1/wallets/%c0%ae", 404), ("/api/v1/..%2f..%2fetc/passwd", 404),
  ("/api/v1/docs/../../../etc/passwd", 404), ("/api/v1/docs/", 404), ("/api/v1/docs.html", 404),
  ("/../api/v1/wallets/me", 400), ("/api/v1/../../../wallets/me", 400),
  ("/api/v1/wallets/me%00", 400), ("/api/v1/wallets/%", 400), ("api/v1/wallets/me", 400),
  ("/api/v1/payments/wallet-top-ups/", 404), ("/api/v1/payments/wallet-top-ups/..", 404),
  ("/api/v1/payments/wallet-top-ups/a/b", 404),
  ("/api/v1/payments/wallet-top-ups/%0d%0aA:%20b", 404),
  ("/dompet_problem", 404), ("/dompet_healthz/wallets", 404), ("/etc/nginx/dompet/docs.html", 404),
]

private let methods: [(method: String, status: Int)] = [
  ("GET", 200), ("HEAD", 200), ("OPTIONS", 204), ("POST", 405), ("PUT", 405), ("PATCH", 405),
  ("DELETE", 405), ("PROPFIND", 405), ("FOO", 405), ("TRACE", 405), ("CONNECT", 405),
  ("get", 400), ("GeT", 400),
]

@Suite("Abuse", .enabled(if: Stack.isBuilt, "needs the release build"))
struct AbuseTests {
  private static let ana = Result { try Client(on: Stack.shared.get()) }

  @Test("of the proof of who is asking is refused", arguments: proofs)
  func proof(_ trick: Trick) throws { _ = try expect(trick) }

  @Test("of a header changes nothing, or is refused", arguments: headers)
  func header(_ trick: Trick) throws {
    let answer = try expect(trick)
    #expect(answer.header("content-encoding") == nil)
    #expect(answer.header("x-accel-redirect") == nil)
  }

  @Test("of a path finds what the path means, or nothing", arguments: paths)
  func path(_ path: String, _ status: Int) throws {
    _ = try expect(Trick(path, "GET \(path)", bearer, gives: status))
  }

  @Test("of a method does what the method means, or nothing", arguments: methods)
  func method(_ method: String, _ status: Int) throws {
    _ = try expect(Trick(method, "\(method) /api/v1/wallets/me", bearer, gives: status))
  }

  @Test(
    "of Host and X-Forwarded-… reaches neither an answer nor what is stored",
    arguments: ["Host", "X-Forwarded-Host", "X-Forwarded-For", "X-Real-IP", "Forwarded"])
  func origin(_ name: String) throws {
    let client = try Self.ana.get()
    let host = name == "Host" ? "" : "Host: localhost\r\n"
    let request =
      "\(topUp) HTTP/1.1\r\n\(host)\(name): 192.0.2.66\r\nConnection: close\r\n\(json)\r\n"
      + "Authorization: Bearer \(client.token)\r\nContent-Length: 15\r\n\r\n\(amount)"
    let answer = try HTTP.exchange(Array(request.utf8), port: client.stack.port)
    #expect(answer.status == 201)
    #expect(!answer.text.contains("192.0.2.66"))
    #expect(!answer.headers.contains { $0.value.contains("192.0.2.66") })
    let stored = try Shell.dump(client.stack.url)
    #expect(stored.contains("wallet_top_ups") && !stored.contains("192.0.2.66"))
  }

  @Test(
    "of what is for the machine itself is refused from anywhere else",
    arguments: [
      "/healthz", "/readyz", "/metrics/auth", "/metrics/wallets", "/metrics/payments",
      "/metrics/webhook",
    ])
  func elsewhere(_ path: String) throws {
    // The machine that the test runs on, seen as another.
    let nginx = try Nginx(edits: ["allow 127.0.0.1;": "allow 192.0.2.1;"])
    let header = ("X-Forwarded-For", "127.0.0.1")
    let answer = try HTTP.send("GET", path, port: nginx.port, headers: [header])
    expectProblem(answer, 403, "forbidden")
  }

  private func expect(_ trick: Trick) throws -> HTTPAnswer {
    let client = try Self.ana.get()
    let request = trick.request.replacing("TOKEN", with: client.token)
    let answer = try HTTP.exchange(Array(request.utf8), port: client.stack.port)
    #expect(answer.status == trick.status, "\(answer.text)")
    let isProblem = answer.header("content-type") == "application/problem+json"
    #expect(isProblem == (trick.status >= 400))
    expectHeaders(answer)
    return answer
  }
}
