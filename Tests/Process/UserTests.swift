// dompet user and dompet wallet, as an operator runs them beside the programs.

import Foundation
import Programs
import Support
import Testing

@Suite(
  "The commands about people",
  .enabled(if: Site.isBuilt && Checkout.isBuilt("dompet"), Site.notBuilt))
struct UserTests {
  private static let new = "kuda besar sekali"
  private let lobby: Lobby

  init() throws {
    lobby = try Lobby()
  }

  @Test("list users, for people and for programs, as many as they are asked for")
  func list() throws {
    for name in ["ana.wijaya", "siti.aminah"] { _ = try lobby.site.makeAccount(name) }
    let table = try dompet("user", "list").output.split(separator: "\n")
    #expect(table.count == 4 && table[0].hasPrefix("ID ") && table[1].contains("active"))
    let found = try objects("user", "list", "--json", "--search", "WIJAYA")
    #expect(found.map { $0["username"] as? String } == ["ana.wijaya"])
    #expect(found[0]["erasedAt"] is NSNull)
    let two = try dompet("user", "list", "--json", "--limit", "2")
    #expect(two.output.split(separator: "\n").count == 2 && two.errors.contains("There are more"))
    let none = try dompet("user", "list", "--role", "ADMIN")
    #expect(none.status == 0 && none.output == "there is no such user\n")
    for words in [["--limit", "0"], ["--limit", "x"], ["--role", "admin"]] {
      #expect(try dompet(["user", "list"] + words).status == 64)
    }
  }

  @Test("list ten thousand users in pages")
  func many() throws {
    try lobby.site.sql(
      """
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
      INSERT INTO users (id, email, username, password_hash, created_at, updated_at)
      SELECT '01a204a6-8ffb-7cac-b84a-' || \(Shell.padded("i", to: 12)),
        i || '@example.com', 'number' || i, '$',
        1, 1 FROM n
      """)
    let result = try dompet("user", "list", "--json", "--limit", "20000")
    #expect(result.output.split(separator: "\n").count == 10_001 && result.errors == "")
    let table = try dompet("user", "list", "--limit", "20000", "--search", "number")
    #expect(table.output.split(separator: "\n").count { $0.hasPrefix("01a2") } == 10_000)
  }

  @Test("show a user, by name or id, and what operators did")
  func show() throws {
    #expect(try dompet("user", "disable", "budi.santoso", "--reason", "fraud").status == 0)
    #expect(try dompet("user", "enable", "BUDI.SANTOSO", "--reason", "no fraud").status == 0)
    let result = try dompet("user", "show", lobby.account.id)
    let lines = result.output.split(separator: "\n").map(String.init)
    #expect(lines.contains("state          active") && lines.contains("live sessions  0"))
    #expect(lines.last?.hasSuffix("ana       disable  fraud") == true, "\(lines)")
    let object = try #require(try objects("user", "show", "budi.santoso", "--json").first)
    let acts = try #require(object["acts"] as? [[String: Any]])
    #expect(acts.map { $0["reason"] as? String } == ["no fraud", "fraud"])
    #expect(object["walletId"] as? String == lobby.account.walletID)
    #expect(object["balance"] as? String == "0")
    let unknown = try dompet("user", "show", "nobody")
    #expect(unknown.status == 1 && unknown.errors.contains("there is no user nobody."))
  }

  @Test("keep a disabled user out, and let an enabled one in again")
  func access() throws {
    let first = try dompet("user", "disable", "budi.santoso", "--reason", "fraud")
    #expect(first.output == "done: user budi.santoso is disabled\n")
    let again = try dompet("user", "disable", "budi.santoso", "--reason", "fraud")
    #expect(again.status == 0 && again.output.hasPrefix("done before: "))
    expectProblem(try lobby.login(), 401, "unauthorized")
    #expect(try !lobby.isIn())
    #expect(try dompet("user", "enable", "budi.santoso", "--reason", "x").status == 0)
    #expect(try lobby.login().status == 200)
    #expect(try !lobby.isIn(), "its sessions have ended for good")
    #expect(try dompet("user", "disable", "budi.santoso").status == 64)
    #expect(try dompet("user", "disable", "budi.santoso", "--reason", "x").status == 0)
    let refused = try setPassword(Array(Self.new.utf8))
    #expect(refused.status == 1 && refused.errors.contains("the user is disabled."))
    try expectAllIsWell()
  }

  @Test("give a role, which the next login tells")
  func role() throws {
    #expect(try dompet("user", "role", "budi.santoso", "ADMIN", "--reason", "x").status == 0)
    #expect(try !lobby.isIn())
    #expect((try lobby.login().json["user"] as? [String: Any])?["role"] as? String == "ADMIN")
    #expect(try dompet("user", "role", "budi.santoso", "ROOT", "--reason", "x").status == 64)
  }

  @Test("set a password from standard input, under the rules of every password")
  func password() throws {
    for wrong in ["", "short\n", "qwertyuiop\n", "my-Budi.Santoso-1\n", "\u{0}12345678"] {
      let refused = try setPassword(Array(wrong.utf8))
      #expect(refused.status == 1 && refused.errors.contains("nothing was changed"), "\(wrong)")
    }
    for wrong in [[0xFF] + Array("12345678".utf8), Array(repeating: 65, count: 2000)] as [[UInt8]] {
      #expect(try setPassword(wrong).status == 1)
    }
    #expect(try lobby.isIn())
    let result = try setPassword(Array("\(Self.new)\n".utf8))
    #expect(result.output == "done: user budi.santoso has a new password\n", "\(result.errors)")
    #expect(try !lobby.isIn())
    #expect(try lobby.login("budi.santoso", Self.new).status == 200)
    expectProblem(try lobby.login(), 401, "unauthorized")
    #expect(try lobby.site.sql("SELECT what FROM operator_acts") == ["password"])
  }

  @Test("ask for a password twice at a terminal, and do not show it")
  func typedPassword() throws {
    let different = try atTerminal(passwordWords, typed: [Self.new, "another one"])
    #expect(different.contains("are not the same") && !different.contains(Self.new))
    #expect(try atTerminal(passwordWords, typed: ["\u{3}"]).contains("Nothing was changed."))
    #expect(try lobby.isIn())
    let screen = try atTerminal(passwordWords, typed: [Self.new, Self.new])
    #expect(screen.contains("has a new password") && !screen.contains(Self.new), "\(screen)")
    #expect(try lobby.login("budi.santoso", Self.new).status == 200)
  }

  @Test("erase a user for good: logged out, unknown, replaced by whoever comes")
  func erase() throws {
    let account = lobby.account
    #expect(try dompet("adjust", account.id, "500", "--reason", "gift").status == 0)
    let unasked = try dompet("user", "erase", "budi.santoso", "--reason", "asked us")
    #expect(unasked.status == 64 && unasked.errors.contains("give --yes"))
    let words = ["user", "erase", account.id, "--reason", "asked us"]
    #expect(try atTerminal(words, typed: ["no"]).contains("Nothing was changed."))
    #expect(try lobby.isIn())
    let done = try atTerminal(words, typed: ["yes"])
    #expect(done.contains("is erased; wallet \(account.walletID) holds 500 IDR"), "\(done)")
    #expect(done.contains("dompet prune") && done.contains("descriptions and idempotency keys"))
    let again = try dompet(words)
    #expect(again.status == 0 && again.output.hasPrefix("done before: "))
    #expect(try !lobby.isIn())
    expectProblem(try lobby.login(), 401, "unauthorized")
    expectProblem(try lobby.login("erased:\(account.id)"), 401, "unauthorized")
    #expect(try dompet("user", "show", account.id).output.contains("erased:\(account.id)"))
    for words in [["user", "enable"], ["user", "reset"]] {
      let refused = try dompet(words + [account.id, "--reason", "x"])
      #expect(refused.status == 1 && refused.errors.contains("the user is erased."))
    }
    try expectAllIsWell()
    _ = try lobby.site.makeAccount("budi.santoso")
    #expect(try dompet("user", "show", "budi.santoso").status == 0)
    #expect(try !dompet("user", "list", "--json").output.contains("budi.santoso\(account.id)"))
  }

  @Test("show a wallet, by its user or its id, and its newest transactions")
  func wallet() throws {
    for amount in ["500", "-200", "70"] {
      #expect(try dompet("adjust", "budi.santoso", amount, "--reason", "\u{e9}t\u{e9}").status == 0)
    }
    let account = lobby.account
    for name in ["budi.santoso", account.id, account.walletID] {
      let object = try #require(
        try objects("wallet", "show", name, "--json", "--limit", "2").first)
      #expect(object["balance"] as? String == "370")
      #expect((object["head"] as? String)?.hasPrefix("\(account.walletID) 3 ") == true)
      let transactions = try #require(object["transactions"] as? [[String: Any]])
      #expect(transactions.map { $0["amount"] as? String } == ["70", "-200"])
    }
    let table = try dompet("wallet", "show", "budi.santoso").output
    #expect(table.contains("balance       370 IDR") && table.contains("operator:ana"))
    let heads = try dompet("verify", "--print-heads").output.split(separator: "\n")
    #expect(table.contains("head: \(heads[0])"))
    #expect(try dompet("wallet", "show", "nobody").status == 1)
    #expect(try dompet("wallet", "show", "budi.santoso", "--limit", "1001").status == 64)
  }

  private let passwordWords = ["user", "password", "budi.santoso", "--reason", "locked out"]

  private func setPassword(_ input: [UInt8]) throws -> CommandResult {
    try dompet(passwordWords, input: input)
  }

  private func dompet(_ words: String...) throws -> CommandResult { try dompet(words) }

  private func dompet(_ words: [String], input: [UInt8] = []) throws -> CommandResult {
    try runCommand(Checkout.program("dompet"), words, environment: environment, input: input)
  }

  private var environment: [String: String] {
    lobby.site.environment.merging(["USER": "ana"]) { $1 }
  }

  /// What stands on the screen after the lines were typed, each when it was asked for.
  private func atTerminal(_ words: [String], typed lines: [String]) throws -> String {
    let script = """
      import os, pty, sys
      lines = sys.argv[1].split("|")
      child, screen = pty.fork()
      if child == 0: os.execv(sys.argv[2], sys.argv[2:])
      shown, asked = b"", 0
      while True:
          try: piece = os.read(screen, 1024)
          except OSError: break
          if not piece: break
          shown += piece
          if shown[asked:].rstrip().endswith(b":") and lines:
              asked = len(shown)
              os.write(screen, (lines.pop(0) + "\\n").encode())
      sys.stdout.buffer.write(shown)
      os.waitpid(child, 0)
      """
    return try runCommand(
      "python3",
      ["-c", script, lines.joined(separator: "|"), Checkout.program("dompet")] + words,
      environment: environment.merging(["PATH": "/usr/bin:/bin"]) { $1 }
    ).output
  }

  private func objects(_ words: String...) throws -> [[String: Any]] {
    try dompet(words).output.split(separator: "\n").map { line in
      try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }
  }

  private func expectAllIsWell(sourceLocation: SourceLocation = #_sourceLocation) throws {
    let result = try dompet("verify")
    #expect(result.status == 0, "\(result.errors)", sourceLocation: sourceLocation)
  }
}
