// The programs as plain CGI (RFC 3875): one request from the environment and standard input.

import Foundation
import Support
import Programs
import Testing

@Suite("As plain CGI", .enabled(if: Site.isBuilt, Site.notBuilt))
struct PlainCGITests {
  private let site: Site

  init() throws {
    site = try Site()
    #expect(try site.start("dompet-auth").stop() == 0)
  }

  /// Runs the program for one request; `input` is what it finds on standard input.
  private func ask(
    _ program: String, _ call: Call, input: [UInt8]? = nil, status: Int32 = 0
  ) throws -> Answer {
    var environment = ["GATEWAY_INTERFACE": "CGI/1.1"]
    for (name, value) in call.parameters {
      environment[name] = String(decoding: value, as: UTF8.self)
    }
    let result = try site.run(program, environment: environment, input: input ?? call.body)
    #expect(result.status == status, "\(result.errors)")
    return try #require(Answer(cgi: Array(result.output.utf8)), "\(result.output)")
  }

  @Test("a wallet is shown to its owner and to nobody else")
  func wallet() throws {
    let account = try site.makeAccount()
    let shown = try ask(
      "dompet-wallets", Call("GET", MethodTests.wallet, headers: [account.bearer]))
    #expect(shown.status == 200)
    #expect(shown.string("id") == account.walletID)
    let refused = try ask("dompet-wallets", Call("GET", MethodTests.wallet))
    expectProblem(refused, 401, "unauthorized")
    let head = try ask(
      "dompet-wallets", Call("HEAD", MethodTests.wallet, headers: [account.bearer]))
    #expect(head.body.isEmpty)
    #expect(head.header("content-length") == "\(shown.body.count)")
  }

  @Test("a user registers and logs in")
  func session() throws {
    let account = #"{"email":"c@example.com","username":"cgi.user","password":"long enough"}"#
    let created = try ask("dompet-auth", Call("POST", MethodTests.register, json: account))
    #expect(created.status == 201, "\(created.text)")
    let credentials = #"{"username":"cgi.user","password":"long enough"}"#
    let login = try ask("dompet-auth", Call("POST", MethodTests.login, json: credentials))
    #expect(login.status == 200)
    #expect(try site.number("SELECT count(*) FROM wallets") == 1)
    #expect(try Shell.checkPages(at: site.url) == ["ok"])
  }

  @Test("an event is credited once, by many processes at once")
  func webhook() throws {
    let account = try site.makeAccount()
    try site.makeTopUp(of: account)
    let site = site
    let statuses = Shared<[Int]>([])
    inThreads(12) { _ in
      let call = Call(
        "POST", MethodTests.webhook, headers: [("X-Callback-Token", Site.webhookToken)],
        json: Desk.event())
      let status = (try? ask("dompet-webhook", call).status) ?? 0
      statuses.withLock { $0.append(status) }
    }
    #expect(statuses.withLock { $0 } == Array(repeating: 200, count: 12))
    #expect(try account.balance(in: site) == 50_000)
  }

  @Test("the limits are those of FastCGI")
  func limits() throws {
    let large = Call(
      "POST", MethodTests.login, body: [UInt8](repeating: 32, count: 65_537),
      contentType: "application/json")
    expectProblem(try ask("dompet-auth", large), 413, "payload-too-large")
    let small = Call("POST", MethodTests.login, json: #"{"username":1}"#)
    let short = try ask("dompet-auth", small, input: Array("{".utf8))
    expectProblem(short, 400, "invalid-request", pointers: [""])
    let long = try ask("dompet-auth", small, input: small.body + Array("{}{}{}".utf8))
    #expect(long.pointers == ["/username", "/password"])
    for length in ["abc", "-1"] {
      var call = small
      call.replace("CONTENT_LENGTH", with: Array(length.utf8))
      expectProblem(
        try ask("dompet-auth", call), 400, "invalid-request", pointers: [""], length)
    }
  }

  @Test("no request at all is 404")
  func nothing() throws {
    expectProblem(try ask("dompet-auth", Call("", "")), 404, "not-found")
  }

  @Test("a database that is older, newer or not there is refused with 78, and stays as it is")
  func schemas() throws {
    let call = ["GATEWAY_INTERFACE": "CGI/1.1", "REQUEST_METHOD": "GET", "DOCUMENT_URI": "/"]
    let nowhere = ["DATABASE_URL": "sqlite:\(site.directory.path)/none.db"].merging(call) { $1 }
    #expect(try site.run("dompet-auth", environment: nowhere).status == 78)
    #expect(!FileManager.default.fileExists(atPath: "\(site.directory.path)/none.db"))
    try site.sql("INSERT INTO schema_migrations VALUES (99, 'm999_later', 0, 0)")
    #expect(try site.run("dompet-auth", environment: call).status == 78)
    let known = try site.number("SELECT max(number) FROM schema_migrations WHERE number < 99")
    try site.sql("DELETE FROM schema_migrations WHERE number IN (99, \(known))")
    let older = try site.run("dompet-auth", environment: call)
    #expect(older.status == 78)
    #expect(older.errors.contains("has schema \(known - 1), this program needs \(known)"))
    #expect(try site.number("SELECT count(*) FROM schema_migrations") == known - 1)
  }

  @Test("wrong settings are refused with 78 before anything is answered")
  func settings() throws {
    let result = try site.run(
      "dompet-auth", environment: ["GATEWAY_INTERFACE": "CGI/1.1", "JWT_ACCESS_SECRET": "short"])
    #expect(result.status == 78)
    #expect(result.output.isEmpty)
  }
}
