// dompet user import: files of users as other systems write them, and as nobody should.

import Foundation
import Programs
import Support
import Testing

@Suite(
  "dompet user import",
  .enabled(if: Site.isBuilt && Checkout.isBuilt("dompet"), Site.notBuilt))
struct UserImportTests {
  private static let header =
    "email,username,name,password_hash,role,is_active,balance,created_at\n"
  private let site: Site

  init() throws {
    site = try Site()
    _ = try site.start("dompet-wallets").stop()
  }

  /// A line as PostgreSQL's COPY writes it.
  private static func line(
    _ number: Int, email: String? = nil, username: String? = nil, name: String = "",
    hash: String = Account.bcryptHash, role: String = "USER", active: String = "t",
    balance: String = "50000.00", created: String = "2024-11-28 06:41:29.776+00"
  ) -> String {
    [
      email ?? "user\(number)@example.com", username ?? "user\(number)", name, hash, role, active,
      balance, created,
    ].joined(separator: ",") + "\n"
  }

  @Test("makes users who log in with their old passwords and have their money")
  func whole() throws {
    let text =
      Self.header + Self.line(1, name: #""Ana ""the cat"", Wijaya""#, role: "ADMIN")
      + Self.line(2, active: "f", balance: "0.00", created: "2024-11-28T13:41:29+07:00")
      + Self.line(
        3, hash: "\"\(Account.argon2Hash)\"", balance: "7", created: "2024-11-28 13:41:29")
    let result = try take(text)
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output == "done: 3 users imported, 0 had been before\n")
    let rows = try site.sql(
      """
      SELECT username, name, role, is_active, balance, sequence, u.created_at
      FROM users AS u JOIN wallets AS w ON w.user_id = u.id ORDER BY username
      """)
    #expect(
      rows == [
        #"user1|Ana "the cat", Wijaya|ADMIN|1|50000|1|1732776089776000"#,
        "user2||USER|0|0|0|1732776089000000", "user3||USER|1|7|1|1732801289000000",
      ])
    let auth = try site.start("dompet-auth")
    for (name, status) in [("user1", 200), ("user2", 401), ("user3", 200)] {
      let json = #"{"username":"\#(name)","password":"\#(Account.password)"}"#
      #expect(try auth.post(MethodTests.login, json: json).status == status)
    }
    #expect(try take(text).output == "done before: 0 users imported, 3 had been before\n")
    try expectAllIsWell()
  }

  @Test("takes the columns in any order, CR LF, a byte order mark, and no line end at the end")
  func forms() throws {
    let text =
      "\u{FEFF}\"username\",email,balance,created_at,role,is_active,password_hash,name\r\n"
      + "user1,user1@example.com,1,2024-01-01T00:00:00Z,USER,true,\(Account.bcryptHash),"
      + "\"line\"\r\n"
      + "user2,user2@example.com,1,2024-01-01T00:00:00Z,USER,0,\(Account.bcryptHash),"
    let result = try take(text)
    #expect(result.output == "done: 2 users imported, 0 had been before\n", "\(result.errors)")
  }

  @Test("only checks the file on request")
  func dryRun() throws {
    let text = Self.header + Self.line(1)
    let dry = try take(text, "--dry-run")
    #expect(dry.status == 0 && dry.errors.contains("checked 1 users with 50000 IDR"))
    #expect(dry.output == "dry run: 1 users would be imported, 0 were before\n")
    #expect(try site.number("SELECT count(*) FROM users") == 0)
    #expect(try take(text).status == 0)
    let again = try take(text + Self.line(2), "--dry-run")
    #expect(again.output == "dry run: 1 users would be imported, 1 were before\n")
  }

  @Test("names every fault with its line before anything is written")
  func faults() throws {
    let text =
      Self.header + Self.line(1) + Self.line(2, email: "x", role: "ROOT", balance: "1.50")
      + Self.line(3, username: "user1") + "a,b\n" + Self.line(5, email: "USER1@example.com")
      + Self.line(6, hash: "$1$md5", active: "yes", created: "yesterday")
      + Self.line(7, balance: "-1") + Self.line(8, created: "2999-01-01 00:00:00+00")
      + Self.line(9, username: "x y") + Self.line(10, balance: "9223372036854775807")
    let result = try take(text)
    #expect(result.status == 1)
    for fault in [
      "line 3: email must be", "line 3: role must be", "line 3: balance must be whole rupiah",
      "line 4: the user name stands in line 2 already", "line 5: has 2 fields",
      "line 6: the e-mail address stands in line 2", "line 7: password_hash must be bcrypt",
      "line 7: is_active must be", "line 7: created_at must be", "line 8: balance must be",
      "line 9: created_at lies in the future", "line 10: username must be",
      "line 11: the balances are more money than can be counted", "13 faults.",
    ] {
      #expect(result.errors.contains(fault), "\(fault) in \(result.errors)")
    }
    #expect(try site.number("SELECT count(*) FROM users") == 0)
  }

  @Test("is refused as a whole where a user is there already")
  func present() throws {
    _ = try site.makeAccount("user2")
    let result = try take(Self.header + Self.line(1) + Self.line(2))
    #expect(result.status == 1)
    #expect(result.errors.contains("line 3: this user is here already"))
    #expect(try site.number("SELECT count(*) FROM users") == 1)
  }

  @Test("goes on where it was broken off")
  func resumed() throws {
    let lines = (1...450).map { Self.line($0) }
    #expect(try take(Self.header + lines.prefix(203).joined()).status == 0)
    let result = try take(Self.header + lines.joined())
    #expect(result.output == "done: 247 users imported, 203 had been before\n", "\(result.errors)")
    #expect(try site.number("SELECT sum(balance) FROM wallets") == 450 * 50_000)
    try expectAllIsWell()
  }

  @Test("goes on after it was killed")
  func killed() throws {
    let text = Self.header + (1...4000).map { Self.line($0) }.joined()
    let file = try site.directory.write(text, to: "users.csv")
    let child = try Child(
      Checkout.program("dompet"), ["user", "import", file], environment: environment)
    while try site.number("SELECT count(*) FROM users") == 0, child.wait(timeoutSeconds: 0) == nil {
      usleep(1000)
    }
    child.signal(SIGKILL)
    _ = child.wait(timeoutSeconds: 10)
    #expect(try site.number("SELECT count(*) FROM users") % 200 == 0)
    let result = try take(text)
    #expect(result.status == 0, "\(result.errors)")
    #expect(try site.number("SELECT sum(balance) FROM wallets") == 4000 * 50_000)
    try expectAllIsWell()
  }

  @Test("makes each user once when four import the same file at once")
  func concurrency() throws {
    let text = Self.header + (1...600).map { Self.line($0) }.joined()
    let file = try site.directory.write(text, to: "users.csv")
    let environment = environment
    let statuses = Shared<[Int32]>([])
    inThreads(4) { _ in
      let result = try? runCommand(
        Checkout.program("dompet"), ["user", "import", file], environment: environment)
      statuses.withLock { $0.append(result?.status ?? -1) }
    }
    #expect(statuses.withLock { $0 } == [0, 0, 0, 0])
    #expect(try site.number("SELECT sum(balance) FROM wallets") == 600 * 50_000)
    #expect(try site.number("SELECT count(*) FROM operator_acts") == 600)
    try expectAllIsWell()
  }

  @Test("survives whatever a file may hold", withoutStore, arguments: hostile.indices)
  func survives(sample: Int) throws {
    let (bytes, fault) = hostile[sample]
    let result = try take(bytes: Array(Self.header.utf8) + bytes)
    #expect(result.status == 1 && result.errors.contains(fault), "\(result.errors.prefix(500))")
    #expect(result.errors.utf8.count < 20_000)
    #expect(try site.number("SELECT count(*) FROM users") == 0)
  }

  @Test("wants its header, each column once", withoutStore, arguments: badHeaders)
  func header(text: String) throws {
    let result = try take(text)
    #expect(result.status == 1 && result.errors.contains("line 1: "), "\(result.errors)")
  }

  @Test("is refused where there is no file, or one without end", arguments: ["/nowhere", "/"])
  func unreadable(path: String) throws {
    let result = try dompet("user", "import", path)
    #expect(result.status == 1 && result.errors.contains("cannot be read: "))
    #expect(try dompet("user", "import", "/dev/zero").status == 1)
    #expect(try dompet("user", "import", "/dev/stdin").status == 1)
  }

  private func take(_ text: String, _ options: String...) throws -> CommandResult {
    try take(bytes: Array(text.utf8), options)
  }

  private func take(bytes: [UInt8], _ options: [String] = []) throws -> CommandResult {
    let path = "\(site.directory.path)/users.csv"
    try Data(bytes).write(to: URL(filePath: path))
    return try runCommand(
      Checkout.program("dompet"), ["user", "import", path] + options, environment: environment)
  }

  private func dompet(_ words: String...) throws -> CommandResult {
    try runCommand(Checkout.program("dompet"), words, environment: environment)
  }

  private var environment: [String: String] { site.environment.merging(["USER": "ana"]) { $1 } }

  private func expectAllIsWell(sourceLocation: SourceLocation = #_sourceLocation) throws {
    let result = try dompet("verify")
    #expect(result.status == 0, "\(result.errors)", sourceLocation: sourceLocation)
  }
}

private let whole = "a@b.c,user1,N,\(Account.bcryptHash),USER,t,1,2024-01-01T00:00:00Z\n"

private func varied(_ text: String, _ part: String, by other: [UInt8]) -> [UInt8] {
  let halves = text.components(separatedBy: part)
  return Array(halves[0].utf8) + other + Array(halves[1].utf8)
}

/// What follows the header, and what is said of it.
private let hostile: [([UInt8], String)] = [
  (varied(whole, ",N,", by: Array(",\"N,".utf8)), "a quote is not closed"),
  (varied(whole, ",N,", by: Array(",N\"N,".utf8)), "a quote stands in a field"),
  (varied(whole, ",N,", by: Array(",\"N\"N,".utf8)), "something follows a closing quote"),
  (varied(whole, ",N,", by: [44, 78, 0, 44]), "holds a NUL"),
  (varied(whole, ",N,", by: [44, 0xC3, 0x28, 44]), "is not UTF-8"),
  (varied(whole, ",N,", by: [44, 0xED, 0xA0, 0x80, 44]), "is not UTF-8"),
  (varied(whole, ",N,", by: Array(",N\rN,".utf8)), "a carriage return"),
  (Array((whole.dropLast() + "\r").utf8), "a carriage return"),
  (varied(whole, ",N,", by: Array(",\"N\nN\",".utf8)), "name must not contain control"),
  (varied(whole, ",N,", by: Array(",\u{202E}N,".utf8)), "name must not contain control"),
  (Array("\n".utf8), "has 1 fields"), (Array("\"\"\n".utf8), "has 1 fields"),
  (Array(whole.dropLast().utf8) + Array(",\n".utf8), "has 9 fields"),
  (Array(repeating: UInt8(ascii: ","), count: 3_000_000), "longer than 16384 bytes"),
  (Array(repeating: UInt8(ascii: "a"), count: 3_000_000), "longer than 16384 bytes"),
  (Array(repeating: 0, count: 3_000_000), "longer than 16384 bytes"),
  (Array(repeating: UInt8(ascii: "\""), count: 3_000_000), "longer than 16384 bytes"),
  (Array(repeating: UInt8(ascii: "\n"), count: 300_000), "and 299900 more"),
  (Array((whole + "\"" + String(repeating: whole, count: 500)).utf8), "line 3: the record"),
  ((0..<5_000).map { UInt8(truncatingIfNeeded: $0 &* $0 &* 31 &+ $0) }, "faults."),
]

private let badHeaders = [
  "", "\n", "email\n", "email,username,name,password_hash,role,is_active,balance\n",
  "email,email,name,password_hash,role,is_active,balance,created_at\n",
  "email,username,name,password_hash,role,is_active,balance,created_at,id\n",
  "Email,username,name,password_hash,role,is_active,balance,created_at\n",
  "email;username;name;password_hash;role;is_active;balance;created_at\n",
]
