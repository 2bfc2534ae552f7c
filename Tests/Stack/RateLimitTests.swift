// The limit on requests, with the product's own zone and burst; only the rate is slowed down, so
// that the time a test takes decides nothing.

import Support
import Testing

@Suite("The rate limit", withoutStore)
struct RateLimitTests {
  private let nginx: Nginx

  init() throws {
    let trusting = "server_name localhost; set_real_ip_from 127.0.0.1; real_ip_header X-Real-IP;"
    nginx = try Nginx(
      Nginx.standalone.replacingOccurrences(of: "server_name localhost;", with: trusting),
      edits: ["rate=20r/s": "rate=1r/m"])
  }

  @Test("lets a burst of 100 pass and answers the next with 429 and Retry-After")
  func burst() throws {
    try exhaust { _ in "192.0.2.1" }
    expectProblem(try ask("192.0.2.1"), 429, "too-many-requests")
    #expect(try ask("192.0.2.2").status == 503)
  }

  @Test("counts an IPv6 network of 64 bits as one client")
  func network() throws {
    try exhaust { "2001:db8:0:7:\(String($0, radix: 16))::1" }
    expectProblem(try ask("2001:db8:0:7:ffff::2"), 429, "too-many-requests")
    #expect(try ask("2001:db8:0:8::1").status == 503)
  }

  @Test("counts an IPv4 address written as IPv6 as that address")
  func mapped() throws {
    try exhaust { _ in "::ffff:192.0.2.1" }
    expectProblem(try ask("192.0.2.1"), 429, "too-many-requests")
    #expect(try ask("::ffff:192.0.2.2").status == 503)
  }

  @Test("does not hold back the provider's events, nor the health check")
  func webhook() throws {
    try exhaust { _ in "127.0.0.1" }
    #expect(try ask("127.0.0.1").status == 429)
    let path = "/api/v1/payments/webhooks/xendit"
    #expect(try HTTP.send("POST", path, port: nginx.port).status == 503)
    #expect(try HTTP.send("GET", "/healthz", port: nginx.port).status == 503)
  }

  @Test("health is only for the machine itself")
  func health() throws {
    let answer = try HTTP.send(
      "GET", "/healthz", port: nginx.port, headers: [("X-Real-IP", "192.0.2.1")])
    expectProblem(answer, 403, "forbidden")
  }

  /// Uses up what passes at once; behind nginx is nothing, hence 503.
  private func exhaust(_ address: (Int) -> String) throws {
    for number in 0...100 { #expect(try ask(address(number)).status == 503) }
  }

  private func ask(_ address: String) throws -> HTTPAnswer {
    try HTTP.send(
      "GET", "/api/v1/wallets/me", port: nginx.port, headers: [("X-Real-IP", address)])
  }
}
