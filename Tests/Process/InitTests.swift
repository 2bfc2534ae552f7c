// dompet init and dompet migrate, as somebody runs them who installs and upgrades.

import Foundation
import Programs
import Support
import Testing

@Suite("dompet init", aboutSQLite, .enabled(if: Checkout.isBuilt("dompet"), Site.notBuilt))
struct InitTests {
  @Test("makes settings, secrets and the database, each for those who may see it")
  func new() throws {
    let estate = try Estate()
    let result = try estate.initialize("--success-url", "https://shop.example/thanks")
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.contains("nginx -t && systemctl reload nginx"))
    #expect(result.output.contains("/api/v1/payments/webhooks/xendit"))
    let settings = try estate.settings()
    #expect(settings.contains("\nDATABASE_URL=sqlite:\(estate.database)\n"))
    #expect(settings.hasSuffix("\nSUCCESS_REDIRECT_URL=https://shop.example/thanks\n"))
    #expect(estate.secret("XENDIT_SECRET_KEY") == Estate.key)
    #expect(estate.secret("XENDIT_WEBHOOK_TOKEN") == Estate.token)
    let jwt = try #require(estate.secret("JWT_ACCESS_SECRET"))
    #expect(jwt.wholeMatch(of: /[0-9a-f]{64}/) != nil)
    #expect(estate.mode(estate.file) == 0o644)
    #expect(estate.mode(estate.folder + "/secrets") == 0o700)
    for name in ["JWT_ACCESS_SECRET", "XENDIT_SECRET_KEY", "XENDIT_WEBHOOK_TOKEN"] {
      #expect(estate.mode("\(estate.folder)/secrets/\(name)") == 0o600)
    }
    for end in ["", "-wal", "-shm", ".lock"] {
      #expect(estate.mode(estate.database + end) == 0o660)
    }
    #expect(try estate.dompet("review").status == 0)
    for text in [result.output, result.errors, settings] {
      #expect(![jwt, Estate.key, Estate.token].contains { text.contains($0) })
    }
  }

  @Test("done again changes nothing")
  func again() throws {
    let estate = try Estate()
    try estate.initialize()
    let before = try estate.contents()
    #expect(before.contains("dompet.env") && before.contains(Estate.key))
    #expect(try estate.initialize().status == 0)
    #expect(try estate.dompet("init").status == 0)
    #expect(try estate.contents() == before)
  }

  @Test("goes on where it was ended, whenever that was")
  func interrupted() throws {
    for call in ["rename", "fsync", "mkdir"] {
      for number in 1... {
        let estate = try Estate()
        let words =
          [
            "-f", "-o", "/dev/null", "-e", "trace=\(call)",
            "-e", "inject=\(call):signal=KILL:when=\(number)", Checkout.program("dompet"), "init",
            "--non-interactive", "--database", "sqlite:\(estate.database)",
            "--xendit-secret-key-file", estate.directory.path + "/key",
            "--webhook-token-file", estate.directory.path + "/token",
          ]
        let killed = try runCommand(
          "strace", words, environment: ["DOMPET_CONFIG": estate.file, "PATH": "/usr/bin:/bin"])
        let place: Comment = "\(call) \(number)"
        if killed.status == 0 {
          #expect(number > 1, place)
          break
        }
        try #require(killed.status == 137, place)
        let jwt = estate.secret("JWT_ACCESS_SECRET")
        #expect(try estate.initialize().status == 0, place)
        if let jwt { #expect(estate.secret("JWT_ACCESS_SECRET") == jwt, place) }
        #expect(try estate.problems() == [], place)
      }
    }
  }

  @Test("keeps comments and other settings, and says a setting below the comment that shows it")
  func conffile() throws {
    let estate = try Estate(
      settings: """
        # Where the database lies.
        #DATABASE_URL=sqlite:/var/lib/dompet/dompet.db

        LOG_LEVEL=notice
        ; SUCCESS_REDIRECT_URL=https://example.com
        # the end
        """)
    try estate.initialize("--success-url", "https://shop.example")
    #expect(
      try estate.settings() == """
        # Where the database lies.
        #DATABASE_URL=sqlite:/var/lib/dompet/dompet.db
        DATABASE_URL=sqlite:\(estate.database)

        LOG_LEVEL=notice
        ; SUCCESS_REDIRECT_URL=https://example.com
        SUCCESS_REDIRECT_URL=https://shop.example
        # the end

        """)
    let odd = try estate.settings().replacing("\n; SUCC", with: " \r\n\n\n; SUCC") + "\n\n"
    try estate.directory.write(odd, to: "etc/dompet.env")
    try estate.initialize("--success-url", "https://shop.example")
    #expect(try estate.settings() == odd)
    try estate.initialize("--success-url", "https://other.example")
    #expect(try estate.settings().contains("\nSUCCESS_REDIRECT_URL=https://other.example\n# the"))
    #expect(try !estate.settings().contains("shop.example"))
  }

  @Test("replaces a secret only when told which")
  func replace() throws {
    let estate = try Estate()
    try estate.initialize()
    let jwt = estate.secret("JWT_ACCESS_SECRET")
    let other = "another-callback-token"
    let refused = try estate.dompet("init", "--webhook-token-file", "-", input: other)
    #expect(refused.status == 1)
    #expect(refused.errors.contains("Give --replace XENDIT_WEBHOOK_TOKEN"))
    #expect(estate.secret("XENDIT_WEBHOOK_TOKEN") == Estate.token)
    let words = ["init", "--webhook-token-file", "-", "--replace", "XENDIT_WEBHOOK_TOKEN"]
    #expect(try estate.dompet(words, input: other + "\n").status == 0)
    #expect(estate.secret("XENDIT_WEBHOOK_TOKEN") == other)
    #expect(estate.secret("JWT_ACCESS_SECRET") == jwt)
    #expect(try estate.dompet("init", "--replace", "JWT_ACCESS_SECRET").status == 0)
    #expect(estate.secret("JWT_ACCESS_SECRET") != jwt)
  }

  @Test(
    "writes nothing where it is not understood",
    arguments: [
      ["--database", "dompet.db"], ["--database", "sqlite:/a b"], ["--success-url", "example.com"],
      ["--failure-url", "https://e.com/\"x\""], ["--replace", "NOTHING"], ["--directory", "etc"],
      ["--xendit-secret-key-file", "-", "--webhook-token-file", "-"],
    ])
  func misuse(words: [String]) throws {
    let estate = try Estate()
    #expect(try estate.dompet(["init"] + words).status == 64)
    #expect(try estate.contents() == "")
  }

  @Test(
    "writes nothing where a secret cannot be one", arguments: ["short", "", "with a blank in it"])
  func badSecret(value: String) throws {
    let estate = try Estate()
    try estate.directory.write(value, to: "key")
    #expect(try estate.initialize().status == 1)
    #expect(try estate.contents() == "")
  }

  @Test("asks at a terminal, and does not show a secret that is typed there")
  func terminal() throws {
    let estate = try Estate()
    let result = try runCommand(
      "python3", ["-c", typist, Checkout.program("dompet"), estate.directory.path],
      environment: ["DOMPET_CONFIG": estate.file, "PATH": "/usr/bin:/bin"])
    #expect(result.status == 0, "\(result.errors)")
    #expect(estate.secret("XENDIT_SECRET_KEY") == Estate.key, "\(result.output)")
    #expect(estate.secret("XENDIT_WEBHOOK_TOKEN") == Estate.token)
    #expect(try estate.settings().contains("\nFAILURE_REDIRECT_URL=https://shop.example/sorry\n"))
    #expect(result.output.contains("secret key (not shown)"))
    #expect(!result.output.contains(Estate.key) && !result.output.contains(Estate.token))
  }

  @Test("leaves an older database to dompet migrate, which says what is pending and applies it")
  func migrate() throws {
    let estate = try Estate()
    let settings = "DATABASE_URL=sqlite:\(estate.database)\n"
    try estate.directory.write(settings, to: "etc/dompet.env")
    let missing = try estate.dompet("migrate")
    #expect(missing.status == 1 && missing.errors.contains("dompet init makes one"))
    try estate.makeOlderDatabase()
    let check = try estate.dompet("migrate", "--check")
    #expect(check.status == 1 && check.output.hasPrefix("pending: m007_maintenance\n"))
    let review = try estate.dompet("review")
    #expect(review.status == 78 && review.errors.contains("Run dompet migrate"))
    #expect(try estate.dompet("check", "--offline").output.contains("→ dompet migrate"))
    let migrated = try estate.dompet("migrate")
    #expect(migrated.status == 0 && migrated.output.hasSuffix("\ndone\n"), "\(migrated.errors)")
    #expect(try estate.dompet("migrate", "--check").status == 0)
    #expect(try estate.dompet("verify").status == 0)
  }
}

extension Estate {
  /// As the release left it that knew six migrations.
  fileprivate func makeOlderDatabase() throws {
    let names = [
      "m001_users", "m002_wallets", "m003_top_ups", "m004_events", "m005_reconciliations",
      "m006_transfers",
    ]
    let rows = names.enumerated().map {
      "INSERT INTO schema_migrations VALUES (\($0 + 1), '\($1)', 1);"
    }
    let script =
      ["PRAGMA journal_mode=WAL;"] + names.map { ".read \(Checkout.root)/sql/\($0).sqlite.sql" }
      + [
        "CREATE TABLE schema_migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,",
        "applied_at INTEGER NOT NULL) STRICT;",
      ] + rows
    let result = try runCommand(
      "sqlite3", ["-bail", database], input: Array((script.joined(separator: "\n") + "\n").utf8))
    try #require(result.status == 0, "\(result.errors)")
  }
}

/// Runs dompet init on a terminal of its own and answers its questions; prints all that was shown.
private let typist = """
  import os, pty, sys, time
  answers = [f"sqlite:{sys.argv[2]}/var/dompet.db", "", "https://shop.example/sorry",
             "\(Estate.key)", "\(Estate.token)"]
  child, terminal = pty.fork()
  if child == 0:
      os.execv(sys.argv[1], ["dompet", "init"])
  shown = asked = ""
  while True:
      try:
          piece = os.read(terminal, 4096).decode()
      except OSError:
          break
      if not piece:
          break
      shown += piece
      asked += piece
      if asked.endswith("]: ") and answers:
          asked = ""
          os.write(terminal, (answers.pop(0) + "\\n").encode())
  print(shown)
  sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
  """
