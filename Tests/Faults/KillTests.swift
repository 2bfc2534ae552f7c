// kill -9 of any program at any moment, behind nginx and under load: what was answered 2xx is
// there, and what was paid is credited once.

import Foundation
import Programs
import Support
import Testing

@Suite(
  "kill -9 at random, under load",
  .enabled(if: Stack.isBuilt && Checkout.isBuilt("dompet"), "needs swift build -c release"))
struct KillTests {
  private static let customers = 6

  enum Victim: String, CaseIterable, Sendable {
    case programs
    /// A process of PostgreSQL's: the server ends them all then, and recovers.
    case server

    static let tried = PostgreSQL.isTried ? allCases : [.programs]
  }

  @Test(
    "loses nothing, credits each paid invoice once, and the next top-up goes through at once",
    arguments: Victim.tried)
  func kills(_ victim: Victim) throws {
    let stack = try Stack(["--no-rate-limit"], hasOwnServer: victim == .server)
    let journal = try Journal()
    let isOver = Shared(false)
    let refusals = Shared<[String]>([])
    let kills = (victim == .server ? 6 : 30) * Scale.factor
    inThreads(Self.customers + 1) { number in
      if number == 0 {
        for _ in 0..<kills {
          if victim == .server { killServer(of: stack) } else { killOne(of: stack) }
        }
        isOver.withLock { $0 = true }
      } else {
        do {
          while !isOver.withLock({ $0 }) { try live(on: stack, journal) }
        } catch {
          refusals.withLock { $0.append("\(error)") }
        }
      }
    }
    #expect(refusals.withLock { $0 } == [])
    try settle(stack, journal, after: victim)
    try expectAll(stack, journal, kills: kills, of: victim)
  }

  /// A customer's life: four top-ups.
  private func live(on stack: Stack, _ journal: Journal) throws {
    var customer = Customer(of: stack, journal: journal)
    try customer.join()
    for _ in 0..<4 { try customer.topUp() }
  }

  /// At a random moment one program, or now and then all of them at once.
  private func killOne(of stack: Stack) {
    usleep(.random(in: 20_000...350_000))
    let all = Int.random(in: 0..<5) == 0
    for name in all ? Stack.programs : [Stack.programs.randomElement() ?? ""] {
      guard let process = stack.processID(of: name) else { continue }
      let link = "/proc/\(process)/exe"
      let program = try? FileManager.default.destinationOfSymbolicLink(atPath: link)
      if program?.hasSuffix("/\(name)") == true { kill(process, SIGKILL) }
    }
  }

  /// One process of the server, when that has worked for a while.
  private func killServer(of stack: Stack) {
    usleep(.random(in: 1_000_000...2_000_000))
    let busy = "SELECT pid FROM pg_stat_activity WHERE datname = 'dompet' AND usename <> 'postgres'"
    var process: pid_t?
    // Nobody is while it recovers from the kill before.
    for _ in 0..<300 where process == nil {
      process = (try? stack.sql(busy))?.compactMap { pid_t($0) }.randomElement()
      if process == nil { usleep(100_000) }
    }
    #expect(process != nil, "somebody is on the server")
    if let process { kill(process, SIGKILL) }
  }

  /// Asks at once for a top-up that must go through; then has the sandbox send again the events of
  /// all that is paid there and was not answered 2xx.
  private func settle(_ stack: Stack, _ journal: Journal, after victim: Victim) throws {
    var customer = Customer(of: stack, journal: journal)
    try customer.join()
    var status = try customer.askForTopUp(key: "afterwards").status
    // A server that has just been killed recovers first.
    for _ in 0..<100 where status == 503 && victim == .server {
      usleep(100_000)
      status = try customer.askForTopUp(key: "afterwards").status
    }
    #expect(status == 201)
    let answered = Set(journal.promises)
    for invoice in try paidInvoices(stack) where !answered.contains(.credit(invoiceID: invoice)) {
      var tries = 0
      while try !customer.pay(invoice) {
        tries += 1
        try #require(tries < 100, "the event of \(invoice) is not taken")
        usleep(50_000)
      }
    }
  }

  private func expectAll(
    _ stack: Stack, _ journal: Journal, kills: Int, of victim: Victim
  ) throws {
    let promises = journal.promises
    let verdict = try Checker(url: stack.url).verdict(on: promises)
    #expect(verdict.isClean, "\(verdict)")
    let credited = try stack.sql(
      "SELECT invoice_id FROM wallet_transactions WHERE type = 'TOP_UP'")
    #expect(credited.sorted() == (try paidInvoices(stack)).sorted())
    #expect(credited.count > kills / 5, "there was load")
    Report.fault(
      "kill -9 of \(victim.rawValue) under load (\(promises.count) promises)", tried: kills,
      lost: verdict.lost.count, doubled: verdict.doubled.count)
  }

  /// The truth at the sandbox.
  private func paidInvoices(_ stack: Stack) throws -> [String] {
    let answer = try HTTP.send("GET", "/sandbox/control/invoices", port: stack.port)
    let invoices = try JSONSerialization.jsonObject(with: Data(answer.body))
    return (invoices as? [[String: Any]] ?? [])
      .filter { $0["status"] as? String == "PAID" }.compactMap { $0["id"] as? String }
  }
}
