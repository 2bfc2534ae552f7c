// How a program starts, or says why it does not.

import Foundation
import Support
import Programs
import Testing

@Suite("A program's start", .enabled(if: Site.isBuilt, Site.notBuilt))
struct StartTests {
  private let site: Site

  init() throws {
    site = try Site(hasTables: false)
  }

  @Test("without a listening socket on descriptor 0 a program says so and exits with 64")
  func noSocket() throws {
    for name in Site.programs {
      let result = try site.run(name)
      #expect(result.status == 64)
      #expect(result.errors.contains("\(name): descriptor 0 is no listening socket"))
    }
  }

  @Test("a connected socket on descriptor 0 is no listening socket")
  func connectedSocket() throws {
    let listener = try site.makeListener()
    let client = try unixSocket()
    defer { close(client) }
    #expect(withUnixAddress(listener.path) { connect(client, $0, $1) } == 0)
    let program = try Program(
      path: Checkout.program("dompet-wallets"), listener: Listener(adopting: client),
      environment: site.environment, errorsPath: "\(site.directory.path)/log")
    #expect(program.wait() == 64)
  }

  @Test("without any setting a program names all that it needs, and exits with 78")
  func nothingSet() throws {
    for (name, needed) in [
      ("dompet-auth", ["DATABASE_URL", "JWT_ACCESS_SECRET"]),
      ("dompet-wallets", ["DATABASE_URL", "JWT_ACCESS_SECRET"]),
      ("dompet-payments", ["DATABASE_URL", "JWT_ACCESS_SECRET", "XENDIT_SECRET_KEY"]),
      ("dompet-webhook", ["DATABASE_URL", "XENDIT_WEBHOOK_TOKEN"]),
    ] {
      let result = try runCommand(Checkout.program(name), environment: [:])
      #expect(result.status == 78)
      for setting in needed { #expect(result.errors.contains("\(name): \(setting) is not set")) }
      #expect(result.errors.split(separator: "\n").count == needed.count, "\(result.errors)")
    }
  }

  @Test("all mistakes are named at once, none with its value")
  func allMistakes() throws {
    let wrong = [
      "DATABASE_URL": "mysql:canary1", "JWT_ACCESS_SECRET": "canary2-too-short",
      "JWT_ACCESS_SECRET_PREVIOUS": "canary3", "XENDIT_SECRET_KEY": "canary4",
      "WORKER_THREADS": "many5", "LOG_LEVEL": "loud6", "TOP_UP_MINIMUM": "-1",
      "TOP_UP_MAXIMUM": "99999999999999999999", "XENDIT_INVOICE_DURATION": "0",
      "SUCCESS_REDIRECT_URL": "javascript:canary7", "FAILURE_REDIRECT_URL": "ftp://canary8",
    ]
    let result = try site.run("dompet-payments", environment: wrong)
    #expect(result.status == 78)
    for name in wrong.keys { #expect(result.errors.contains("\(name) "), "\(name)") }
    #expect(result.errors.split(separator: "\n").count == wrong.count, "\(result.errors)")
    #expect(!result.errors.contains("canary"))
  }

  @Test(
    "a number out of its bounds is refused", arguments: ["0", "257", "1.5", "", " 4", "4 ", "٤"])
  func threads(count: String) throws {
    let result = try runCommand(
      Checkout.program("dompet-wallets"),
      environment: site.environment.merging(["WORKER_THREADS": count]) { $1 })
    // An empty variable is one that is not set; then only the socket is missing.
    #expect(result.status == (count.isEmpty ? 64 : 78))
  }

  @Test("a minimum above the maximum is refused")
  func crossedLimits() throws {
    let limits = ["TOP_UP_MINIMUM": "5000", "TOP_UP_MAXIMUM": "4999"]
    let result = try site.run("dompet-payments", environment: limits)
    #expect(result.status == 78)
    #expect(result.errors.contains("TOP_UP_MINIMUM exceeds TOP_UP_MAXIMUM"))
  }

  @Test(
    "an address of Xendit that is no web address is refused",
    arguments: ["api.xendit.co", "ftp://api.xendit.co", "file:///etc/passwd", "http://", "https:"])
  func baseURL(url: String) throws {
    let result = try site.run("dompet-payments", environment: ["XENDIT_BASE_URL": url])
    #expect(result.status == 78)
    #expect(result.errors.contains("XENDIT_BASE_URL"))
  }

  @Test(
    "a database URL that names no absolute path of SQLite is refused",
    arguments: ["sqlite:", "sqlite:/", "sqlite:dompet.db", "/tmp/dompet.db", "SQLITE:/tmp/d.db"])
  func databaseURL(url: String) throws {
    let result = try site.run("dompet-wallets", environment: ["DATABASE_URL": url])
    #expect(result.status == 78)
    #expect(result.errors.contains("DATABASE_URL must be"))
  }

  @Test("a database in a folder that does not exist is refused")
  func missingFolder() throws {
    let url = "sqlite:\(site.directory.path)/nowhere/dompet.db"
    let result = try site.run("dompet-auth", environment: ["DATABASE_URL": url])
    #expect(result.status == 78)
    #expect(result.errors.contains("cannot be opened"))
  }

  @Test("a file that is no database is refused, and stays as it is", aboutSQLite)
  func noDatabase() throws {
    let text = String(repeating: "not a database\n", count: 1000)
    try site.directory.write(text, to: "dompet.db")
    let result = try site.run("dompet-auth")
    #expect(result.status == 78)
    #expect(result.errors.contains("cannot be opened"))
    let left = try String(contentsOfFile: "\(site.directory.path)/dompet.db", encoding: .utf8)
    #expect(left == text)
  }

  @Test("a folder in the database's place is refused")
  func folderAsDatabase() throws {
    let url = "sqlite:\(site.directory.path)"
    let result = try site.run("dompet-auth", environment: ["DATABASE_URL": url])
    #expect(result.status == 78)
  }

  @Test("a newer schema is refused unless it only expands, naming both numbers and the reason")
  func newerSchema() throws {
    #expect(try site.start("dompet-wallets").stop() == 0)
    let known = try site.number("SELECT count(*) FROM schema_migrations")
    try site.sql("INSERT INTO schema_migrations VALUES (\(known + 1), 'm998_wider', 0, 1)")
    #expect(try site.start("dompet-wallets").stop() == 0)
    #expect(try site.run("dompet", arguments: ["verify"]).status == 0)
    try site.sql("INSERT INTO schema_migrations VALUES (\(known + 2), 'm999_narrower', 0, 0)")
    for result in [
      try site.run("dompet-wallets"), try site.run("dompet", arguments: ["verify"]),
    ] {
      #expect(result.status == 78)
      #expect(result.errors.contains("has schema \(known + 2), this program knows \(known)"))
      #expect(result.errors.contains("m999_narrower is not for programs that do not know it"))
    }
  }

  @Test("programs that start at once on no database make one, together")
  func startTogether() throws {
    let answers = Shared<[Int]>([])
    let site = site
    inThreads(8) { number in
      let program = try? site.start(Site.programs[number % 4])
      let status = try? program?.get("/healthz").status
      answers.withLock { $0.append(status ?? 0) }
    }
    #expect(answers.withLock { $0 } == Array(repeating: 200, count: 8))
    #expect(try Shell.checkPages(at: site.url) == ["ok"])
  }

  @Test("the log has each request's line, whole, however many write at once")
  func manyLines() throws {
    let program = try site.start("dompet-wallets", threads: 16)
    inThreads(16) { number in
      for round in 0..<50 {
        var call = Call("GET", "/healthz")
        let id = String(format: "%016x%016x", number, round)
        call.replace("REQUEST_ID", with: Array(id.utf8))
        #expect((try? program.ask(call))?.status == 200)
      }
    }
    #expect(program.stop() == 0)
    let ids = try program.errors.split(separator: "\n").compactMap { line in
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      return object?["requestId"] as? String
    }
    // One more asked whether it had started.
    #expect(ids.count == 801)
    for number in 0..<16 {
      for round in 0..<50 {
        #expect(ids.contains(String(format: "%016x%016x", number, round)))
      }
    }
  }

  @Test("the log is one JSON object a line and holds no secret")
  func log() throws {
    let program = try site.start("dompet-webhook")
    _ = try program.post(
      "/api/v1/payments/webhooks/xendit", headers: [("X-Callback-Token", Site.webhookToken)],
      json: #"{"id":"canary-body"}"#)
    _ = try program.get("/canary-path?canary-query", headers: [("User-Agent", "canary-agent")])
    #expect(program.stop() == 0)
    let lines = program.errors.split(separator: "\n")
    #expect(lines.count >= 3)
    for line in lines {
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      #expect(object?["program"] as? String == "dompet-webhook")
    }
    #expect(!program.errors.contains("canary"))
  }
}
