// The product inside a server that has pages, headers, limits and error pages of its own.

import Support
import Testing

@Suite("Included in somebody else's server", withoutStore)
struct ForeignServerTests {
  private static let nginx = Result { try Nginx(configuration).shared() }

  @Test(
    "it changes nothing outside its own paths",
    arguments: [
      "GET / HTTP/1.1", "HEAD / HTTP/1.1", "GET /missing HTTP/1.1", "GET /page.php HTTP/1.1",
      "GET /api/ HTTP/1.1", "GET /api/v1 HTTP/1.1", "GET /secret HTTP/1.1", "POST / HTTP/1.1",
      "GET /limited HTTP/1.1", "GET /down HTTP/1.1", "GET /%zz HTTP/1.1", "TRACE / HTTP/1.1",
      "GET / HTTP/3.0", "GARBAGE", "GET /sandbox/ HTTP/1.1", "PUT /small HTTP/1.1",
    ])
  func foreign(_ line: String) throws {
    let nginx = try Self.nginx.get()
    let body = String(repeating: "a", count: 100)
    let request = "\(line)\r\nHost: a\r\nContent-Length: 100\r\nConnection: close\r\n\r\n\(body)"
    let with = try HTTP.exchange(Array(request.utf8), port: nginx.port)
    let without = try HTTP.exchange(Array(request.utf8), port: nginx.secondPort)
    #expect(with.status == without.status)
    #expect(with.body == without.body)
    #expect(stable(with) == stable(without))
  }

  @Test("the pages that are compared are the server's own")
  func foreignAnswers() throws {
    let nginx = try Self.nginx.get()
    let missing = try HTTP.send("GET", "/missing", port: nginx.port)
    #expect(missing.status == 404)
    #expect(missing.text == "their 404\n")
    #expect(missing.header("x-theirs") == "always")
  }

  @Test("its own answers are what they are elsewhere")
  func own() throws {
    let port = try Self.nginx.get().port
    expectProblem(
      try HTTP.send("GET", "/api/v1/nothing", port: port), 404, "not-found")
    expectProblem(
      try HTTP.send("GET", "/api/v1/wallets/me", port: port), 503, "busy")
    expectProblem(
      try HTTP.send("GET", "/api/v1/page.php", port: port), 404, "not-found")
    expectProblem(
      try HTTP.send("GET", "/dompet_problem", port: port), 404, "not-found")
    let large = [UInt8](repeating: 97, count: 65537)
    expectProblem(
      try HTTP.send("POST", "/api/v1/auth/login", port: port, body: large), 413,
      "payload-too-large")
  }

  /// What does not depend on the time.
  private func stable(_ answer: HTTPAnswer) -> [String] {
    answer.headers.filter { $0.name != "date" }.map { "\($0.name): \($0.value)" }
  }

  private static let theirs = """
    server_name a;
    add_header X-Theirs always always;
    error_page 404 /their404;
    error_page 500 502 503 504 =200 /their-error;
    error_page 405 /their-error;
    fastcgi_intercept_errors on;
    gzip on;
    gzip_types application/problem+json application/json;
    gzip_min_length 1;
    client_max_body_size 50;
    limit_req zone=theirs burst=1000;
    location / { client_max_body_size 1k; root DIRECTORY/theirs; }
    location = /their404 { internal; return 404 "their 404\\n"; }
    location = /their-error { internal; return 200 "their error\\n"; }
    location ~ [.]php$ { client_max_body_size 1k; return 200 "their program\\n"; }
    location = /secret { deny all; }
    location = /limited { limit_req zone=theirs burst=1000 nodelay; return 200 "theirs\\n"; }
    location = /down { client_max_body_size 1k; fastcgi_pass unix:DIRECTORY/none; }
    """

  private static let configuration = """
    pid pids/nginx.pid;
    events {}
    http {
      include dompet/dompet-http.conf;
      access_log off;
      limit_req_zone $binary_remote_addr zone=theirs:1m rate=1000r/s;
      server { listen 127.0.0.1:8080; \(theirs) include dompet/dompet.conf; }
      server { listen 127.0.0.1:8081; \(theirs) }
    }
    """
}
