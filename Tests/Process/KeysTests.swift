// dompet keys, beside programs that are restarted one after the other while clients go on.

import Foundation
import Programs
import Support
import Testing

@Suite(
  "dompet keys", aboutSQLite,
  .enabled(if: Site.isBuilt && Checkout.isBuilt("dompet"), Site.notBuilt))
struct KeysTests {
  private let estate: Estate

  init() throws {
    estate = try Estate()
    try estate.initialize()
  }

  @Test("rotate jwt, the restarts in the order that it names, and finish: no request is refused")
  func rotation() throws {
    let office = try Office(estate)
    let old = try office.login()
    try office.expectWelcome(old)
    let result = try estate.dompet("keys", "rotate", "jwt", "--yes")
    #expect(result.status == 0, "\(result.errors)")
    let order = "restart dompet-wallets dompet-payments && systemctl restart dompet-auth\n"
    #expect(result.output.contains(order))
    let refused = try office.whileClientsGoOn(with: old) {
      for name in ["dompet-wallets", "dompet-payments", "dompet-auth"] {
        try office.restart(name)
        try office.expectWelcome(old, "after \(name)")
        try office.expectWelcome(try office.login(), "after \(name)")
      }
    }
    #expect(refused == 0)
    let new = try office.login()
    #expect(new.prefix { $0 != "." } != old.prefix { $0 != "." })

    #expect(try estate.dompet("keys", "finish", "jwt").status == 1)
    #expect(try estate.dompet("keys", "finish", "jwt", "--yes").status == 0)
    #expect(estate.secret("JWT_ACCESS_SECRET_PREVIOUS") == nil)
    for name in ["dompet-auth", "dompet-wallets", "dompet-payments"] { try office.restart(name) }
    try office.expectWelcome(new)
    #expect(try office.statuses(old) == [401, 401, 401])
  }

  @Test("name that order because another one refuses those who have just logged in")
  func otherOrder() throws {
    let office = try Office(estate)
    #expect(try estate.dompet("keys", "rotate", "jwt", "--yes").status == 0)
    try office.restart("dompet-auth")
    #expect(try office.statuses(try office.login()) == [200, 401, 401])
  }

  @Test("may be ended at any moment, and done again")
  func interrupted() throws {
    for call in ["rename", "fsync"] {
      for number in 1... {
        let estate = try Estate()
        try estate.initialize()
        let present = estate.secret("JWT_ACCESS_SECRET")
        let killed = try runCommand(
          "strace",
          [
            "-f", "-o", "/dev/null", "-e", "trace=\(call)",
            "-e", "inject=\(call):signal=KILL:when=\(number)", Checkout.program("dompet"), "keys",
            "rotate", "jwt", "--yes",
          ], environment: ["DOMPET_CONFIG": estate.file, "PATH": "/usr/bin:/bin"])
        let place: Comment = "\(call) \(number)"
        if killed.status == 0 {
          #expect(number > 2, place)
          break
        }
        try #require(killed.status == 137, place)
        let secrets = ["JWT_ACCESS_SECRET", "JWT_ACCESS_SECRET_PREVIOUS"].map(estate.secret)
        #expect(secrets.contains(present), place)
        let isDone = secrets[0] != present
        #expect(try estate.dompet("check", "--offline").output.contains("settings: all"), place)
        #expect(try estate.dompet("keys", "rotate", "jwt", "--yes").status == (isDone ? 1 : 0))
        #expect(estate.secret("JWT_ACCESS_SECRET_PREVIOUS") == present, place)
      }
    }
  }

  @Test("rotate webhook takes Xendit's new token; both are good until finish")
  func webhook() throws {
    let new = "the-new-token-of-the-dashboard"
    let short = try estate.dompet("keys", "rotate", "webhook", "--yes", input: "short\n")
    #expect(short.status == 1 && short.errors.contains("at least 16 bytes"))
    let same = try estate.dompet("keys", "rotate", "webhook", "--yes", input: Estate.token)
    #expect(same.status == 1 && same.errors.contains("the present one"))
    #expect(estate.secret("XENDIT_WEBHOOK_TOKEN_PREVIOUS") == nil)
    let words = ["keys", "rotate", "webhook", "--yes"]
    #expect(try estate.dompet(words, input: new + "\n").status == 0)
    #expect(try answers(to: [Estate.token, new, "a-token-of-nobody"]) == [404, 404, 401])
    #expect(try estate.dompet("keys", "finish", "webhook", "--yes").status == 0)
    #expect(try answers(to: [Estate.token, new]) == [401, 404])
    #expect(try estate.dompet("keys", "finish", "webhook").output.hasPrefix("nothing to do"))
  }

  /// What dompet-webhook says to an event of another business with each of these tokens.
  private func answers(to tokens: [String]) throws -> [Int] {
    let site = try Site(estate.credentials)
    let program = try site.start("dompet-webhook")
    return try tokens.map { token in
      try program.post(
        MethodTests.webhook, headers: [("X-Callback-Token", token)],
        json: Desk.event(reference: "order-17")
      ).status
    }
  }

  @Test("change nothing unless somebody agrees")
  func agreement() throws {
    let before = try estate.contents()
    for kind in ["jwt", "webhook"] {
      let result = try estate.dompet("keys", "rotate", kind, input: "y\n")
      #expect(result.status == 64 && result.errors.contains("give --yes"))
    }
    #expect(try estate.dompet("keys", "rotate", "both", "--yes").status == 64)
    #expect(try estate.contents() == before)
  }

  @Test("rotate no secret twice without finish, and none that is not there")
  func refusals() throws {
    #expect(try estate.dompet("keys", "rotate", "jwt", "--yes").status == 0)
    let before = try estate.contents()
    let again = try estate.dompet("keys", "rotate", "jwt", "--yes")
    #expect(again.status == 1 && again.errors.contains("First: dompet keys finish jwt"))
    #expect(try estate.contents() == before)
    let nowhere = try estate.dompet(
      "keys", "rotate", "jwt", "--yes", "--directory", estate.directory.path)
    #expect(nowhere.status == 1 && nowhere.errors.contains("dompet init makes it"))
  }
}

extension Estate {
  /// The secrets as systemd hands them to a program that starts now.
  fileprivate var credentials: [String: String] {
    [
      "JWT_ACCESS_SECRET": "", "XENDIT_WEBHOOK_TOKEN": "", "XENDIT_SECRET_KEY": "",
      "CREDENTIALS_DIRECTORY": folder + "/secrets",
    ]
  }
}

/// The three programs that know access tokens, each on a socket that outlives it.
private final class Office: Sendable {
  private static let calls = [
    ("dompet-auth", Lobby.me), ("dompet-wallets", "/api/v1/wallets/me"),
    ("dompet-payments", MethodTests.topUps),
  ]
  private let site: Site
  private let listeners: [String: Listener]
  private let programs: Shared<[String: Program]>

  init(_ estate: Estate) throws {
    site = try Site(estate.credentials)
    var listeners: [String: Listener] = [:]
    var programs: [String: Program] = [:]
    for (name, _) in Office.calls {
      let listener = try site.makeListener()
      listeners[name] = listener
      programs[name] = try site.start(name, listener: listener)
    }
    self.listeners = listeners
    self.programs = Shared(programs)
    _ = try site.makeAccount()
  }

  /// A new access token.
  func login() throws -> String {
    let answer = try listeners["dompet-auth"]?.ask(
      Call(
        "POST", MethodTests.login, headers: [],
        json: #"{"username":"budi.santoso","password":"\#(Account.password)"}"#))
    return try #require(answer?.string("accessToken"))
  }

  /// What auth, wallets and payments say to a token.
  func statuses(_ token: String) throws -> [Int] {
    try Office.calls.map { name, path in
      let call = Call("GET", path, headers: [("Authorization", "Bearer \(token)")])
      return try listeners[name]?.ask(call).status ?? 0
    }
  }

  func expectWelcome(
    _ token: String, _ comment: String = "", sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let statuses = try statuses(token)
    #expect(statuses == [200, 200, 200], "\(comment)", sourceLocation: sourceLocation)
  }

  /// As systemd does: it ends in order, and one that starts now serves the same socket.
  func restart(_ name: String) throws {
    #expect(programs.withLock { $0[name] }?.stop() == 0)
    let program = try site.start(name, listener: listeners[name])
    programs.withLock { $0[name] = program }
  }

  /// Has clients ask all programs, over and over, while something is done.
  /// - Returns: how many were not answered with 200.
  func whileClientsGoOn(with token: String, _ body: () throws -> Void) throws -> Int {
    let isDone = Shared(false)
    let (asked, refused) = (Shared(0), Shared(0))
    let clients = (0..<3).map { _ in
      Thread { [self] in
        while !isDone.withLock({ $0 }) {
          if (try? statuses(token)) != [200, 200, 200] { refused.withLock { $0 += 1 } }
          asked.withLock { $0 += 1 }
        }
      }
    }
    clients.forEach { $0.start() }
    defer {
      isDone.withLock { $0 = true }
      while clients.contains(where: { !$0.isFinished }) { usleep(1000) }
    }
    while asked.withLock({ $0 }) < 3 { usleep(1000) }
    try body()
    let before = asked.withLock { $0 }
    while asked.withLock({ $0 }) < before + 6 { usleep(1000) }
    return refused.withLock { $0 }
  }
}
