// What nginx adds to the programs' own answers.

import Foundation
import Support
import Testing

@Suite("Every answer of a program", .enabled(if: Stack.isBuilt, "needs the release build"))
struct AnswerTests {
  @Test(
    "has each header once, and no problem's requestId differs from X-Request-Id",
    arguments: [
      ("GET", "/healthz", 200), ("HEAD", "/healthz", 200), ("GET", "/api/v1/wallets/me", 401),
      ("HEAD", "/api/v1/wallets/me", 401), ("DELETE", "/api/v1/wallets/me", 405),
      ("PROPFIND", "/api/v1/wallets/me", 405), ("OPTIONS", "/api/v1/wallets/me", 204),
      ("POST", "/api/v1/auth/login", 400), ("POST", "/api/v1/auth/register", 400),
      ("POST", "/api/v1/auth/refresh", 400), ("POST", "/api/v1/auth/logout", 400),
      ("GET", "/api/v1/auth/sessions", 401), ("DELETE", "/api/v1/auth/sessions/x", 401),
      ("GET", "/api/v1/auth/sessions/", 404), ("PUT", "/api/v1/auth/password", 401),
      ("POST", "/api/v1/auth/password/reset", 400), ("GET", "/api/v1/users/me", 401),
      ("PATCH", "/api/v1/users/me", 401), ("GET", "/api/v1/users/", 404),
      ("POST", "/api/v1/payments/wallet-top-ups", 401),
      ("POST", "/api/v1/payments/webhooks/xendit", 401),
    ])
  func headers(_ method: String, _ path: String, _ status: Int) throws {
    let answer = try HTTP.send(method, path, port: Stack.shared.get().port)
    #expect(answer.status == status)
    expectHeaders(answer)
    let names = answer.headers.map(\.name)
    #expect(names.count == Set(names).count, "\(names)")
    if let id = answer.json["requestId"] as? String {
      #expect(id == answer.header("x-request-id"))
    }
  }

  @Test("comes from the path as it is meant, however it is spelt")
  func spelling() throws {
    let port = try Stack.shared.get().port
    for path in ["/api/v1/wallets/%6de", "/api//v1/wallets/me", "/api/v1/auth/../wallets/me"] {
      #expect(try HTTP.send("GET", path, port: port).status == 401, "\(path)")
    }
    for path in ["/api/v1/wallets/ME", "/api/v1/wallets/me%2f", "/api/v1/wallets%2fme;a"] {
      #expect(try HTTP.send("GET", path, port: port).status == 404, "\(path)")
    }
  }
}

@Suite(
  "The sandbox behind nginx", withoutStore,
  .enabled(if: Stack.isBuilt, "needs the release build"))
struct SandboxBehindNginxTests {
  @Test("can drop a connection without an answer, and only it can")
  func drop() throws {
    let stack = try Stack()
    let direct = try HTTP.send("GET", "/dompet_sandbox_drop", port: stack.port)
    #expect(direct.status == 404)
    let fault = #"[{"on": "list", "mode": "lost_answer", "times": 1}]"#
    let set = try HTTP.send("PUT", "/sandbox/control/faults", port: stack.port, json: fault)
    #expect((200...299).contains(set.status), "\(set.text)")
    let key = try #require(stack.settings["XENDIT_SECRET_KEY"])
    let header = ("Authorization", "Basic " + Data("\(key):".utf8).base64EncodedString())
    #expect(throws: HTTPClientError.self) {
      try HTTP.send("GET", "/sandbox/v2/invoices", port: stack.port, headers: [header])
    }
    let again = try HTTP.send("GET", "/sandbox/v2/invoices", port: stack.port, headers: [header])
    #expect(again.status == 200)
  }

  @Test("lets the payer's page use its own style sheet and form, and no script")
  func policy() throws {
    let answer = try HTTP.send("GET", "/sandbox/style.css", port: Stack.shared.get().port)
    #expect(answer.status == 200)
    let policy = try #require(answer.header("content-security-policy"))
    #expect(policy.contains("default-src 'none'") && policy.contains("style-src 'self'"))
    #expect(!policy.contains("script-src") && !policy.contains("unsafe"))
  }

  @Test("is not there without being asked for")
  func absent() throws {
    let stack = try Stack(
      ["--no-sandbox"],
      environment: [
        "XENDIT_SECRET_KEY": "xnd_production_0123456789012345678901234567890123456789",
        "XENDIT_WEBHOOK_TOKEN": "0123456789012345678901234567890123456789",
      ])
    expectProblem(try HTTP.send("GET", "/sandbox/", port: stack.port), 404, "not-found")
    #expect(stack.processID(of: "dompet-sandbox") == nil)
  }
}
