// The programs as plain CGI, started for each request by fcgiwrap behind the same nginx.

import Foundation
import Support
import Testing

private let fcgiwrap = "/usr/sbin/fcgiwrap"

@Suite(
  "As plain CGI",
  .enabled(
    if: Stack.isBuilt && FileManager.default.isExecutableFile(atPath: fcgiwrap),
    "needs the release build and Debian's fcgiwrap"))
struct PlainCGITests {
  private let stack: Stack
  private let nginx: Nginx
  private let wrapper: Child

  init() throws {
    stack = try Stack.shared.get()
    nginx = try Nginx(Self.configuration(stack))
    wrapper = try Child(
      "spawn-fcgi", ["-n", "-s", nginx.directory.path + "/wrap.sock", "--", fcgiwrap])
    for _ in 0..<1000 where try health().status != 200 { usleep(5000) }
  }

  @Test("a program answers as it does behind its socket")
  func same() throws {
    let path = "/api/v1/wallets/me"
    for method in ["GET", "HEAD", "POST", "OPTIONS", "DELETE"] {
      let plain = try HTTP.send(method, path, port: nginx.port)
      let kept = try HTTP.send(method, path, port: stack.port)
      #expect(plain.status == kept.status)
      #expect(plain.header("allow") == kept.header("allow"))
      #expect(plain.header("content-type") == kept.header("content-type"))
      #expect(plain.json["type"] as? String == kept.json["type"] as? String)
    }
    wrapper.end()
  }

  @Test("a user registers, logs in and sees a balance")
  func session() throws {
    let name = "cgi\(UInt32.random(in: 0...UInt32.max))"
    let account = #""username":"\#(name)","password":"correct horse""#
    let created = try HTTP.send(
      "POST", "/api/v1/auth/register", port: nginx.port,
      json: #"{"email":"\#(name)@example.com",\#(account)}"#)
    #expect(created.status == 201, "\(created.text)")
    let login = try HTTP.send(
      "POST", "/api/v1/auth/login", port: nginx.port, json: "{\(account)}")
    let token = try #require(login.json["accessToken"] as? String, "\(login.text)")
    let wallet = try HTTP.send(
      "GET", "/api/v1/wallets/me", port: nginx.port,
      headers: [("Authorization", "Bearer \(token)")])
    #expect(wallet.json["balance"] as? String == "0.00", "\(wallet.text)")
    wrapper.end()
  }

  private func health() throws -> HTTPAnswer { try HTTP.send("GET", "/healthz", port: nginx.port) }

  private static func configuration(_ stack: Stack) -> String {
    func location(_ path: String, _ program: String) -> String {
      """
      location = \(path) {
        include dompet/dompet-route.conf;
        fastcgi_param GATEWAY_INTERFACE CGI/1.1;
        fastcgi_param SERVER_PROTOCOL $server_protocol;
        fastcgi_param SCRIPT_FILENAME \(Checkout.program(program));
        fastcgi_param DATABASE_URL "\(stack.url)";
        fastcgi_param JWT_ACCESS_SECRET "\(stack.settings["JWT_ACCESS_SECRET"] ?? "")";
        fastcgi_pass unix:DIRECTORY/wrap.sock;
      }
      """
    }
    return """
      pid pids/nginx.pid;
      events {}
      http {
        include dompet/dompet-http.conf;
        access_log off;
        server {
          listen 127.0.0.1:8080;
          \(location("/api/v1/auth/register", "dompet-auth"))
          \(location("/api/v1/auth/login", "dompet-auth"))
          \(location("/api/v1/wallets/me", "dompet-wallets"))
          \(location("/healthz", "dompet-wallets"))
        }
      }
      """
  }
}

extension Child {
  fileprivate func end() {
    signal(SIGTERM, toGroup: true)
    _ = wait(timeoutSeconds: 10)
  }
}
