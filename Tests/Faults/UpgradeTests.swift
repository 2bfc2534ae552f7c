// Two releases on one database: the programs as they are, and the next release's, whose migration
// expands the schema (Mutants/next-release.patch).

import Foundation
import Programs
import Support
import Testing

@Suite(
  "An upgrade", .serialized, aboutSQLite,
  .enabled(
    if: Site.isBuilt && Mutant.nextRelease.isBuilt("dompet"),
    "needs the release build, and Tests/Faults/mutant next-release"))
struct UpgradeTests {
  private let site: Site
  private let provider: Provider
  private let listeners: [String: Listener]
  private let payer: Account
  private static let topUps = 20_000

  init() throws {
    provider = try Provider()
    site = try Site(["XENDIT_BASE_URL": provider.url, "TRANSFER_DAILY_MAXIMUM": "1000000000"])
    let site = site
    listeners = Dictionary(
      uniqueKeysWithValues: try Site.programs.map { ($0, try site.makeListener()) })
    #expect(try site.start("dompet-wallets").stop() == 0)
    payer = try site.makeAccount("payer")
    _ = try site.makeAccount("payee")
    try site.makeTopUps(Self.topUps, of: payer)
    let gift = ["adjust", payer.id, "100000000", "--reason", "a gift", "--operator", "ana"]
    #expect(try site.run("dompet", arguments: gift).status == 0)
  }

  @Test("goes program by program under load, and back, and no request fails")
  func rolling() throws {
    var running = try Dictionary(
      uniqueKeysWithValues: Site.programs.map { ($0, try start($0, in: Checkout.programs)) })
    let load = Load(listeners, payer)
    defer { load.end() }
    try load.goOn()
    for folder in [Mutant.nextRelease.folder, Checkout.programs, Mutant.nextRelease.folder] {
      for name in Site.programs {
        // The socket stays open: who comes meanwhile waits.
        #expect(running[name]?.stop() == 0)
        running[name] = try start(name, in: folder)
        try load.goOn()
      }
      try expectWell()
    }
    load.end()
    #expect(load.failures == [])
    try expectWell()
    let makers = try site.sql(
      "SELECT coalesce(made_by, 'old'), count(*) > 20 FROM wallet_top_ups GROUP BY 1 ORDER BY 1")
    #expect(makers == ["next|1", "old|1"])
    #expect(try site.number("SELECT count(*) FROM schema_migrations WHERE expands = 0") == 0)
  }

  @Test(
    "whose migration contracts: earlier programs refuse to start, running ones lack what is gone")
  func contracting() throws {
    let program = try start("dompet-wallets", in: Checkout.programs)
    try site.sql(
      """
      INSERT INTO schema_migrations VALUES (999, 'm999_narrower', 0, 0);
      ALTER TABLE transfers RENAME TO payments
      """)
    let balance = Call("GET", "/api/v1/wallets/me", headers: [payer.bearer])
    #expect(try program.ask(balance).status == 200)
    #expect(try program.ask(transfer("k", payer)).status == 500)
    #expect(program.stop() == 0)
    let refused = try site.run("dompet-wallets")
    #expect(refused.status == 78)
    #expect(refused.errors.contains("m999_narrower is not for programs that do not know it"))
  }

  @Test("before any program has migrated: the new release's commands and plain CGI say what to do")
  func notYetMigrated() throws {
    for (name, arguments) in [("dompet", ["verify"]), ("dompet-wallets", [])] {
      let environment = site.environment.merging(
        name == "dompet" ? [:] : ["GATEWAY_INTERFACE": "CGI/1.1", "REQUEST_METHOD": "GET"]
      ) { $1 }
      let result = try runCommand(
        "\(Mutant.nextRelease.folder)/\(name)", arguments, environment: environment)
      #expect(result.status == 78, "\(name)")
      #expect(result.errors.contains("Run dompet migrate, or start a program"))
    }
  }

  @Test("restores the backup of the release before, and that release works on it")
  func restoring() throws {
    let folder = try TemporaryDirectory()
    let made = try site.run("dompet", arguments: ["backup", folder.path])
    #expect(made.status == 0, "\(made.errors)")
    let backup = String(made.output.prefix { $0 != " " })
    for end in ["", "-wal", "-shm"] {
      try FileManager.default.removeItem(atPath: "\(site.directory.path)/dompet.db\(end)")
    }
    let restored = try runCommand(
      "\(Mutant.nextRelease.folder)/dompet", ["restore", backup, "--no-reconcile", "--yes"],
      environment: site.environment)
    #expect(restored.status == 0, "\(restored.errors)")
    try expectWell()
  }

  private func start(_ name: String, in folder: String) throws -> Program {
    try site.start(name, listener: listeners[name], folder: folder)
  }

  /// By the word of both releases.
  private func expectWell() throws {
    for folder in [Checkout.programs, Mutant.nextRelease.folder] {
      let result = try runCommand("\(folder)/dompet", ["verify"], environment: site.environment)
      #expect(result.status == 0, "\(folder): \(result.errors)")
    }
  }
}

private func transfer(_ key: String, _ payer: Account) -> Call {
  Call(
    "POST", "/api/v1/wallets/transfers", headers: [payer.bearer, ("Idempotency-Key", key)],
    json: #"{"to":"payee","amount":1}"#)
}

/// Two clients of each program, who ask without a pause.
private final class Load: Sendable {
  private struct State {
    var isOver = false
    var answers: [String: Int] = [:]
    var failures: [String] = []
    var running = 0
  }

  private let state = Shared(State())

  init(_ listeners: [String: Listener], _ payer: Account) {
    for (name, listener) in listeners {
      for client in 0..<2 {
        state.withLock { $0.running += 1 }
        Thread.detachNewThread { [state] in
          var number = 0
          while !state.withLock({ $0.isOver }) {
            number += 1
            let (call, expected) = call(name, 2 * number + client, payer)
            let answer = try? listener.ask(call)
            state.withLock { state in
              if answer?.status == expected { return state.answers[name, default: 0] += 1 }
              state.failures.append("\(name): \(answer?.text ?? "no answer")")
            }
          }
          state.withLock { $0.running -= 1 }
        }
      }
    }
  }

  var failures: [String] { state.withLock { Array($0.failures.prefix(10)) } }

  /// Waits until every program has answered ten more.
  func goOn() throws {
    let before = state.withLock { $0.answers }
    let begin = DispatchTime.now()
    while !Site.programs.allSatisfy({ name in
      state.withLock { $0.answers[name, default: 0] } >= before[name, default: 0] + 10
    }) {
      try #require(DispatchTime.now() < begin + 60, "\(failures)")
      usleep(5000)
    }
  }

  func end() {
    state.withLock { $0.isOver = true }
    while state.withLock({ $0.running }) > 0 { usleep(1000) }
  }
}

/// A request that nobody has made yet, and the answer's status.
private func call(_ program: String, _ number: Int, _ payer: Account) -> (Call, Int) {
  switch program {
  case "dompet-auth": return (Call("GET", "/api/v1/users/me", headers: [payer.bearer]), 200)
  case "dompet-wallets": return (transfer("t\(number)", payer), 201)
  case "dompet-payments":
    return (
      Call(
        "POST", "/api/v1/payments/wallet-top-ups",
        headers: [payer.bearer, ("Idempotency-Key", "p\(number)")], json: #"{"amount":50000}"#),
      201
    )
  default:
    return (Event.paid(invoiceID: "paid-\(number)", reference: Site.reference(number)), 200)
  }
}
