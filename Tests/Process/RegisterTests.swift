// Registration: what a user may be called, and who came first.

import Foundation
import Support
import Programs
import Testing

@Suite("Registration", .enabled(if: Site.isBuilt, Site.notBuilt))
struct RegisterTests {
  private let site: Site
  private let program: Program

  init() throws {
    site = try Site()
    program = try site.start("dompet-auth", threads: 8)
  }

  private func register(
    email: String = "ani@example.com", username: String = "ani.wijaya",
    password: String = "correct horse", name: String? = nil
  ) throws -> Answer {
    var members = ["email": email, "username": username, "password": password]
    members["name"] = name
    let body = try JSONSerialization.data(withJSONObject: members)
    return try program.ask(
      Call("POST", MethodTests.register, body: Array(body), contentType: "application/json"))
  }

  private func expectFault(_ answer: Answer, _ pointer: String, _ comment: String) {
    expectProblem(answer, 400, "invalid-request", pointers: [pointer], comment)
  }

  @Test("answers the user, trimmed and in lower case, and makes an empty wallet")
  func created() throws {
    let answer = try register(
      email: " \tAni.W+x@EXAMPLE.com\r\n", username: "\n ANI-W_1.x ", name: " Ani Ł ")
    #expect(answer.status == 201, "\(answer.text)")
    let id = answer.string("id") ?? ""
    #expect(
      id.wholeMatch(of: /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-.{12}/) != nil)
    #expect(answer.string("email") == "ani.w+x@example.com")
    #expect(answer.string("username") == "ani-w_1.x")
    #expect(answer.string("name") == " Ani Ł ")
    #expect(answer.string("role") == "USER")
    let createdAt = answer.string("createdAt") ?? ""
    #expect(createdAt.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil)
    #expect(
      Set(answer.json.keys) == ["id", "email", "username", "name", "role", "createdAt"])
    #expect(
      try site.sql("SELECT balance, sequence, currency FROM wallets WHERE user_id = '\(id)'")
        == ["0|0|IDR"])
  }

  @Test("keeps no password, and hashes the same one differently each time")
  func hashes() throws {
    _ = try register()
    _ = try register(email: "b@example.com", username: "other.user")
    let hashes = try site.sql("SELECT password_hash FROM users")
    #expect(Set(hashes).count == 2)
    #expect(hashes.allSatisfy { $0.hasPrefix("$argon2id$v=19$") })
    let files = try FileManager.default.contentsOfDirectory(atPath: site.directory.path)
    for file in files where !file.hasSuffix(".sock") {
      let content = try Data(contentsOf: URL(filePath: "\(site.directory.path)/\(file)"))
      #expect(content.range(of: Data("correct horse".utf8)) == nil, "\(file)")
    }
  }

  @Test("names all faults of one request at once")
  func allFaults() throws {
    let answer = try register(email: "no", username: "no", password: "no", name: "\u{7}")
    expectProblem(
      answer, 400, "invalid-request", pointers: ["/email", "/username", "/password", "/name"])
    #expect(!answer.text.contains("\\u0007"))
  }

  @Test("takes what is just within the limits")
  func within() throws {
    let label = String(repeating: "d", count: 61)
    let long = "a@" + [label, label, label, label].joined(separator: ".") + ".abcd"
    #expect(long.utf8.count == 254)
    let emoji = "\u{1F600}"
    for (email, username, password, name) in [
      ("a@b", "abcde", "xk29dj3f", "x"),
      (long, String(repeating: "z", count: 32), String(repeating: "p", count: 128), ""),
      (
        "!#$%&'*+/=?^_`{|}~-.@x", "0._-9", String(repeating: emoji, count: 128),
        String(repeating: emoji, count: 100)
      ),
      ("c@d.example", "-----", "  a  b\t\u{1}", " \t\n"),
    ] {
      let answer = try register(
        email: email, username: username, password: password, name: name)
      #expect(answer.status == 201, "\(username) \(answer.text)")
    }
    #expect(try site.number("SELECT count(*) FROM users WHERE name IS NULL") == 2)
  }

  @Test("refuses a user name just outside of the limits")
  func usernames() throws {
    for username in [
      "", "abcd", String(repeating: "z", count: 33), "ab cd", "ab\tcde", "abcd\u{E9}", "ab@cd",
      "ab/cd", "\u{FF41}\u{FF42}\u{FF43}\u{FF44}\u{FF45}", "abcd\u{0}", "abcd\u{212A}", "  abcd  ",
      "abcde\u{A0}", "\u{130}stanbul", "abcd\u{301}e",
    ] {
      expectFault(try register(username: username), "/username", username)
    }
  }

  @Test("refuses an e-mail address just outside of the limits")
  func emails() throws {
    let label = String(repeating: "d", count: 61)
    for email in [
      "", "a", "@", "a@", "@b", "a@b@c", "a b@c", "a@b c", "a@-b", "a@b-", "a@b..c", "a@.b", "a@b.",
      "a@b_c", "\u{E9}@b", "a@\u{E9}", "a@b\u{0}", "\"a b\"@c", "a@[127.0.0.1]", "a,b@c", "<a@b>",
      "a@\(String(repeating: "d", count: 64))", "a@b\u{A0}",
      "a@" + [label, label, label, label].joined(separator: ".") + ".abcde",
    ] {
      expectFault(try register(email: email), "/email", email)
    }
  }

  @Test("refuses a password that is too short or long, in characters or bytes, or holds a NUL")
  func passwords() throws {
    for password in [
      "", "1234567", String(repeating: "p", count: 129), "12345678\u{0}", "\u{0}12345678",
      String(repeating: "\u{1F600}", count: 129), String(repeating: "e\u{301}", count: 65),
      String(repeating: "x", count: 60_000),
    ] {
      expectFault(try register(password: password), "/password", "\(password.prefix(10))")
    }
  }

  @Test("refuses a name that is too long or holds control or bidirectional characters")
  func names() throws {
    for name in [
      String(repeating: "n", count: 101), "a\u{0}b", "a\nb", "a\u{7F}", "a\u{85}", "a\u{9F}",
      "\u{202E}evil", "a\u{200F}", "a\u{200E}", "a\u{61C}", "a\u{202A}", "a\u{2066}", "a\u{2069}",
    ] {
      expectFault(try register(name: name), "/name", name)
    }
  }

  @Test("refuses a taken user name or e-mail address in any spelling, without telling which")
  func taken() throws {
    #expect(try register().status == 201)
    let answers = [
      try register(email: "other@example.com", username: " ANI.wijaya "),
      try register(email: "ANI@example.COM", username: "other.user"), try register(),
    ]
    for answer in answers { expectProblem(answer, 409, "conflict") }
    #expect(Set(answers.map { $0.string("detail") }).count == 1)
    #expect(try site.number("SELECT count(*) FROM users") == 1)
    #expect(try site.number("SELECT count(*) FROM wallets") == 1)
  }

  @Test("of the same user name by many at once succeeds once")
  func race() throws {
    let statuses = Shared<[Int]>([])
    let body = #""username":"the.same.one","password":"correct horse"}"#
    let listener = program.listener
    inThreads(6) { number in
      let call = Call(
        "POST", MethodTests.register, json: #"{"email":"u\#(number)@example.com",\#(body)"#)
      let status = (try? listener.ask(call).status) ?? 0
      statuses.withLock { $0.append(status) }
    }
    #expect(statuses.withLock { $0.sorted() } == [201, 409, 409, 409, 409, 409])
    #expect(try site.number("SELECT count(*) FROM users") == 1)
    #expect(try site.number("SELECT count(*) FROM wallets") == 1)
  }
}
