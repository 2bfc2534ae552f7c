// Paths and methods, and the order in which a request is looked at.

import Support
import Programs
import Testing

@Suite("Paths and methods", withoutStore, .enabled(if: Site.isBuilt, Site.notBuilt))
struct MethodTests {
  static let wallet = "/api/v1/wallets/me"
  static let history = "/api/v1/wallets/me/transactions"
  static let transfers = "/api/v1/wallets/transfers"
  static let topUps = "/api/v1/payments/wallet-top-ups"
  static let webhook = "/api/v1/payments/webhooks/xendit"
  static let register = "/api/v1/auth/register"
  static let login = "/api/v1/auth/login"

  private let site: Site

  init() throws {
    site = try Site()
  }

  @Test("HEAD answers GET's headers without a body")
  func head() throws {
    let program = try site.start("dompet-wallets")
    let account = try site.makeAccount()
    for headers in [[account.bearer], []] {
      let get = try program.get(Self.wallet, headers: headers)
      let head = try program.ask(Call("HEAD", Self.wallet, headers: headers))
      #expect(head.status == get.status)
      #expect(head.body.isEmpty)
      #expect(get.header("content-length") == "\(get.body.count)")
      #expect(
        head.headers.map { "\($0.name): \($0.value)" }
          == get.headers.map { "\($0.name): \($0.value)" })
    }
  }

  @Test("OPTIONS answers 204 with Allow, without asking who it is")
  func options() throws {
    for (program, path, allowed) in [
      ("dompet-wallets", Self.wallet, "GET, HEAD, OPTIONS"),
      ("dompet-wallets", Self.history, "GET, HEAD, OPTIONS"),
      ("dompet-wallets", Self.transfers, "POST, OPTIONS"),
      ("dompet-payments", Self.topUps, "GET, HEAD, POST, OPTIONS"),
      ("dompet-webhook", Self.webhook, "POST, OPTIONS"),
      ("dompet-auth", Self.register, "POST, OPTIONS"),
      ("dompet-auth", Self.login, "POST, OPTIONS"),
      ("dompet-auth", Lobby.sessions, "GET, HEAD, OPTIONS"),
      ("dompet-auth", Lobby.sessions + "/x", "DELETE, OPTIONS"),
      ("dompet-auth", Lobby.password, "PUT, OPTIONS"),
      ("dompet-auth", Lobby.me, "GET, HEAD, PATCH, OPTIONS"),
    ] {
      let answer = try site.start(program).ask(Call("OPTIONS", path))
      #expect(answer.status == 204)
      #expect(answer.header("allow") == allowed)
      #expect(answer.body.isEmpty)
      #expect(answer.header("content-type") == nil)
      #expect(answer.header("content-length") == nil)
    }
  }

  @Test("a method that a path does not answer to is 405 with Allow")
  func wrongMethod() throws {
    let wallets = try site.start("dompet-wallets")
    for method in ["POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "get", "GETT", "", " GET"]
    {
      let answer = try wallets.ask(Call(method, Self.wallet))
      expectProblem(answer, 405, "method-not-allowed", method)
      #expect(answer.header("allow") == "GET, HEAD, OPTIONS")
    }
    let webhook = try site.start("dompet-webhook")
    for method in ["GET", "HEAD", "PUT"] {
      let answer = try webhook.ask(Call(method, Self.webhook))
      #expect(answer.status == 405)
      #expect(answer.header("allow") == "POST, OPTIONS")
      #expect(answer.body.isEmpty == (method == "HEAD"))
    }
  }

  @Test("a path that is not exactly a route is 404, whatever the method")
  func unknownPath() throws {
    let program = try site.start("dompet-wallets")
    for path in [
      "", "/", "/api/v1/wallets", "/api/v1/wallets/me/", "/api/v1/wallets/ME",
      "//api/v1/wallets/me", "/api/v1/wallets/me?x", "/api/v1/wallets/./me",
      "/api/v1/wallets/%6de", "/api/v1/auth/login", "/api/v1/wallets/me\n", "*",
    ] {
      for method in ["GET", "HEAD", "POST", "OPTIONS", "NONSENSE"] {
        let answer = try program.ask(Call(method, path))
        #expect(answer.status == 404, "\(method) \(path)")
        if method == "GET" { expectProblem(answer, 404, "not-found", path) }
      }
    }
  }

  @Test("the path counts before the method, the method before the bearer")
  func pathThenMethod() throws {
    let program = try site.start("dompet-payments")
    expectProblem(try program.ask(Call("DELETE", "/nowhere")), 404, "not-found")
    expectProblem(try program.ask(Call("DELETE", Self.topUps)), 405, "method-not-allowed")
  }

  @Test("the bearer counts before the media type, the media type before the body")
  func bearerThenMediaType() throws {
    let program = try site.start("dompet-payments")
    let account = try site.makeAccount()
    let nonsense = Array("<xml>".utf8)
    let large = [UInt8](repeating: 32, count: 65_537)
    for body in [nonsense, large] {
      var call = Call("POST", Self.topUps, body: body, contentType: "text/xml")
      expectProblem(try program.ask(call), 401, "unauthorized")
      call.add("HTTP_AUTHORIZATION", account.bearer.1)
      expectProblem(try program.ask(call), 415, "unsupported-media-type")
    }
    let json = Call(
      "POST", Self.topUps, headers: [account.bearer], body: nonsense,
      contentType: "application/json")
    expectProblem(try program.ask(json), 400, "invalid-request", pointers: [""])
  }

  @Test("the callback token counts before the body, of which the media type does not matter")
  func tokenThenBody() throws {
    let program = try site.start("dompet-webhook")
    let large = [UInt8](repeating: 32, count: 65_537)
    let token = [("X-Callback-Token", Site.webhookToken)]
    let unproven = try program.ask(Call("POST", Self.webhook, body: large))
    expectProblem(unproven, 401, "unauthorized")
    let tooLarge = try program.ask(Call("POST", Self.webhook, headers: token, body: large))
    expectProblem(tooLarge, 413, "payload-too-large")
    let event = Array(#"{"id":"1","external_id":"x","status":"PENDING"}"#.utf8)
    for type in [nil, "text/plain", "application/x-www-form-urlencoded", "\u{1F4B0}"] {
      let call = Call("POST", Self.webhook, headers: token, body: event, contentType: type)
      expectProblem(try program.ask(call), 404, "not-found", type ?? "none")
    }
  }

  @Test("application/json is taken in every spelling, alone or as UTF-8; all else is 415")
  func mediaTypes() throws {
    let program = try site.start("dompet-auth")
    func ask(_ type: String?) throws -> Answer {
      try program.ask(Call("POST", Self.login, body: Array("{}".utf8), contentType: type))
    }
    for type in [
      "application/json", "Application/JSON", "application/json;charset=utf-8",
      "application/json; charset=UTF-8", "application/json ; charset=\"utf-8\"",
    ] {
      #expect(try ask(type).status == 400, "\(type)")
    }
    for type in [
      nil, "", "json", "text/json", "application/jsonp", "application/json-patch+json",
      "application/problem+json", "text/plain", "multipart/form-data; boundary=x", "*/*",
      "application/x-www-form-urlencoded", "application/json; charset=utf-16",
      "application/json; charset=iso-8859-1", "application/json, application/json",
      "application/json; charset=utf-8; charset=utf-16", "application /json",
      "appli\"cation/json", "app lication/json", "application/json\u{200B}",
    ] {
      expectProblem(try ask(type), 415, "unsupported-media-type", type ?? "none")
    }
    var twice = Call("POST", Self.login, json: "{}")
    twice.add("CONTENT_TYPE", "application/json")
    expectProblem(try program.ask(twice), 415, "unsupported-media-type")
  }

  @Test("the request's id is nginx's, or a new one where that is none")
  func requestID() throws {
    let program = try site.start("dompet-wallets")
    let id = "0123456789abcdef0123456789abcdef"
    for (sent, isKept) in [
      (id, true), (id.uppercased(), false), (String(id.dropLast()), false), (id + "0", false),
      ("", false), (id.replacingOccurrences(of: "f", with: "g"), false),
    ] {
      var call = Call("GET", "/nowhere")
      call.add("REQUEST_ID", sent)
      let answer = try program.ask(call)
      expectProblem(answer, 404, "not-found")
      #expect((answer.string("requestId") == sent) == isKept)
    }
  }
}
