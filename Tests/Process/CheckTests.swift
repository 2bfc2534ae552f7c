// dompet check, on installations where one thing is not as it must be.

import Foundation
import Programs
import Support
import Testing

@Suite("dompet check", aboutSQLite, .enabled(if: Checkout.isBuilt("dompet"), Site.notBuilt))
struct CheckTests {
  private let estate: Estate

  init() throws {
    estate = try Estate()
    try estate.initialize()
  }

  /// What it says that begins with a level.
  private func lines(
    _ level: String, _ words: [String] = ["--offline"], environment: [String: String] = [:]
  ) throws -> [String] {
    let result = try estate.dompet(["check"] + words, environment: environment)
    #expect(result.errors == "")
    let isOff = result.output.split(separator: "\n").contains { $0.hasPrefix("problem ") }
    #expect(result.status == (isOff ? 1 : 0))
    #expect(!result.output.contains(Estate.key) && !result.output.contains(Estate.token))
    return result.output.split(separator: "\n").map(String.init).filter { $0.hasPrefix(level) }
  }

  private func expectProblem(
    _ text: String, environment: [String: String] = [:],
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let problems = try lines("problem", environment: environment)
    #expect(
      problems.contains { $0.contains(text) }, "\(problems)", sourceLocation: sourceLocation)
  }

  @Test("finds nothing wrong with what dompet init made")
  func fine() throws {
    #expect(try estate.problems() == [])
    let fine = try lines("ok")
    for text in [
      "settings: all can be read", "JWT_ACCESS_SECRET is there and looks random",
      "its schema is this program's", "clock: it is not behind",
    ] {
      #expect(fine.contains { $0.contains(text) }, "\(text)")
    }
    #expect(try lines("warning").contains { $0.contains("the key is a test key") })
  }

  @Test("tells the same to programs, an object a line")
  func json() throws {
    let output = try estate.dompet("check", "--offline", "--json").output
    for line in output.split(separator: "\n") {
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      #expect(Set(object?.keys.map { $0 } ?? []) == ["level", "what", "text", "advice"])
    }
  }

  @Test(
    "finds settings that the programs would refuse",
    arguments: [
      ("WORKER_THREADS=0", "WORKER_THREADS must be"), ("JWT_ACCESS_EXPIRES_IN=x", "JWT_ACCESS_E"),
      ("TOP_UP_MINIMUM=5\nTOP_UP_MAXIMUM=4", "TOP_UP_MINIMUM exceeds"),
      ("TRANSFER_MAXIMUM=-1", "TRANSFER_MAXIMUM must be"), ("CONFIRM_ABOVE=1.5", "CONFIRM_ABOVE"),
      ("SESSION_IDLE_SECONDS=1", "SESSION_IDLE_SECONDS"), ("XENDIT_BASE_URL=x", "XENDIT_BASE_URL"),
      ("nonsense", "line 6: must be NAME=value"),
      ("XENDIT_SECRET_KEY=\(Estate.key)", "XENDIT_SECRET_KEY stands in"),
    ])
  func settings(line: String, text: String) throws {
    try estate.directory.write(
      estate.settings().split(separator: "\n").prefix(4).joined(separator: "\n") + "\n\n"
        + line + "\n",
      to: "etc/dompet.env")
    try expectProblem(text)
  }

  @Test("warns of a setting that nobody reads")
  func typo() throws {
    try estate.directory.write(try estate.settings() + "TOP_UP_MAXIUMM=1\n", to: "etc/dompet.env")
    #expect(try lines("warning").contains { $0.contains("TOP_UP_MAXIUMM in") })
  }

  @Test(
    "finds secrets that are none",
    arguments: [
      (String(repeating: "x", count: 64), "is one character repeated"),
      (String(repeating: "ab", count: 32), "has hardly any different characters"),
      ("please-changeme-before-going-live-0123", "looks like a sample"),
      ("0123456789", "must be at least 32 bytes long"),
    ])
  func secrets(value: String, text: String) throws {
    try estate.write(value, to: "JWT_ACCESS_SECRET")
    try expectProblem("JWT_ACCESS_SECRET \(text)")
  }

  @Test("finds a secret that is used twice, and one that is missing")
  func twice() throws {
    try estate.write(Estate.key, to: "XENDIT_WEBHOOK_TOKEN")
    try expectProblem("XENDIT_WEBHOOK_TOKEN and XENDIT_SECRET_KEY are the same")
    try FileManager.default.removeItem(atPath: estate.folder + "/secrets/XENDIT_WEBHOOK_TOKEN")
    try expectProblem("XENDIT_WEBHOOK_TOKEN is not set")
  }

  @Test(
    "finds what is open to others",
    arguments: [
      ("etc/dompet.env", 0o666, "can be changed by others"),
      ("etc/secrets", 0o755, "can be entered by others"),
      ("etc/secrets/XENDIT_SECRET_KEY", 0o640, "is open to others"),
      ("var", 0o2775, "can be entered by everybody"),
      ("var/dompet.db", 0o664, "is open to everybody"),
      ("var/dompet.db-wal", 0o661, "is open to everybody"),
      ("var/dompet.db.lock", 0o600, "group's to read and write"),
    ] as [(String, mode_t, String)])
  func modes(path: String, mode: mode_t, text: String) throws {
    chmod("\(estate.directory.path)/\(path)", mode)
    try expectProblem(text)
    try expectProblem(path)
  }

  @Test("finds that there is no database, or none of ours")
  func database() throws {
    try expectProblem("there is none at", environment: ["DATABASE_URL": "sqlite:/tmp/no.db"])
    let newer = "INSERT INTO schema_migrations VALUES (10000, 'm999_later', 1, 0)"
    #expect(try runCommand("sqlite3", [estate.database, newer]).status == 0)
    try expectProblem("Install the release that made it")
  }

  @Test("warns of a clock that is behind the newest row")
  func clock() throws {
    let ahead = Int(Date().timeIntervalSince1970 + 3630) * 1_000_000
    let row = "INSERT INTO maintenance VALUES ('backup', \(ahead), 'done')"
    #expect(try runCommand("sqlite3", [estate.database, row]).status == 0)
    #expect(try lines("warning").contains { $0.contains("clock: it is 60 min behind") })
  }

  @Test("names a process that holds the database and is not ours")
  func holder() throws {
    let script = "exec 9< \"$0\"; echo ready; exec sleep 60"
    let holder = try Child("sh", ["-c", script, estate.database])
    while holder.output != "ready\n" || !isSleeping(holder) { usleep(1000) }
    let warning = "holders: process \(holder.processID), sleep, has the database open"
    #expect(try lines("warning").contains { $0.contains(warning) })
    holder.signal(SIGKILL)
    _ = holder.wait(timeoutSeconds: 5)
    #expect(try !lines("warning").contains { $0.contains("has the database open") })
  }

  private func isSleeping(_ child: Child) -> Bool {
    let program = "/proc/\(child.processID)/exe"
    let path = try? FileManager.default.destinationOfSymbolicLink(atPath: program)
    return path?.hasSuffix("/sleep") == true
  }

  @Test("sees whether nginx includes the snippets")
  func nginx() throws {
    try estate.directory.write("events {} http { server { listen 127.0.0.1:8; } }", to: "bare.conf")
    let upstreams = ["auth", "wallets", "payments", "webhook"].map { name in
      "upstream \(name) { server unix:/run/dompet/dompet-\(name).sock; }"
    }
    try estate.directory.write(
      "events {} http { \(upstreams.joined(separator: " ")) }", to: "whole.conf")
    for (name, level) in [("bare", "problem"), ("whole", "ok")] {
      let folder = estate.directory.path
      let script = "#!/bin/sh\nexec /usr/sbin/nginx -p \(folder) -c \(folder)/\(name).conf \"$@\"\n"
      let file = try estate.directory.write(script, to: "\(name)/script")
      // By another program: a child that this one is starting for some other test might hold the
      // file open for writing yet, and the kernel runs no such file (ETXTBSY).
      _ = try runCommand("install", ["-m", "755", file, "\(folder)/\(name)/nginx"])
      let path = "\(folder)/\(name):/usr/bin:/bin"
      #expect(
        try lines(level, environment: ["PATH": path]).contains { $0.contains("nginx: its config") })
    }
  }

  @Test("asks Xendit whether it takes the key, and explains what it hears")
  func xendit() throws {
    let provider = try Provider()
    let environment = ["XENDIT_BASE_URL": provider.url]
    let fine = try lines("ok", [], environment: environment)
    #expect(fine.contains { $0.contains("answers and takes the key") })
    #expect(provider.requests.count { $0.hasPrefix("GET /v2/invoices?limit=1 ") } == 1)
    for (status, text) in [
      ("401 Unauthorized", "does not know the key"), ("403 Forbidden", "the key may not do this"),
      ("404 Not Found", "answers 404"), ("500 Oops", "gives no answer that can be read"),
    ] {
      provider.fail(.answer(status))
      let found = try lines("problem", [], environment: environment)
      #expect(found.contains { $0.contains(text) }, "\(found)")
    }
    let nobody = try lines("problem", [], environment: ["XENDIT_BASE_URL": "http://127.0.0.1:9"])
    #expect(nobody.contains { $0.contains("cannot be reached") })
    let count = provider.requests.count
    _ = try lines("ok", environment: environment)
    #expect(provider.requests.count == count)
  }

  @Test("does not want a live key sent anywhere but to Xendit")
  func liveKey() throws {
    try estate.write("xnd_production_canary-of-the-estate", to: "XENDIT_SECRET_KEY")
    #expect(try lines("ok").contains { $0.contains("a live one: real money") })
    try expectProblem(
      "the live key would be sent to", environment: ["XENDIT_BASE_URL": "http://127.0.0.1:9"])
  }
}
