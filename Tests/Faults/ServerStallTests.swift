// A PostgreSQL server that hangs: whoever waits for it hears within the deadline, and what was on
// its way is done once.

import Foundation
import Programs
import Support
import Testing

@Suite(
  "A stalled server", .enabled(if: PostgreSQL.isTried, "it is about PostgreSQL"),
  .enabled(if: Stack.isBuilt && Checkout.isBuilt("dompet"), "needs the release build"))
struct ServerStallTests {
  /// The programs' own deadline is 4 s; the rest is for a machine that does much else meanwhile.
  private static let secondsMax = 30.0
  private static let waiting = 6

  @Test("is answered 503 in time, and each payment is credited once when it goes on")
  func stall() throws {
    let stack = try Stack(["--no-rate-limit"], hasOwnServer: true)
    let journal = try Journal()
    var customer = Customer(of: stack, journal: journal)
    try customer.join()
    let invoices = try (1...Self.waiting).map { try makeInvoice("key-\($0)", customer) }
    let processes = try processes(of: stack)
    for process in processes { kill(process, SIGSTOP) }
    defer { for process in processes { kill(process, SIGCONT) } }
    let waits = Shared<[(isTaken: Bool, seconds: Double)]>([])
    let patient = customer
    inThreads(Self.waiting) { number in
      let begin = DispatchTime.now()
      let isTaken = (try? patient.pay(invoices[number])) ?? true
      let seconds = Double(DispatchTime.now().uptimeNanoseconds - begin.uptimeNanoseconds) / 1e9
      waits.withLock { $0.append((isTaken, seconds)) }
    }
    let slowest = waits.withLock { $0.map(\.seconds).max() ?? 0 }
    #expect(waits.withLock { $0.allSatisfy { !$0.isTaken } } && slowest < Self.secondsMax)
    #expect(try HTTP.send("GET", "/healthz", port: stack.port).status == 200)
    for process in processes { kill(process, SIGCONT) }
    for invoice in invoices { try payInTheEnd(invoice, customer) }
    let verdict = try Checker(url: stack.url).verdict(on: journal.promises)
    #expect(verdict.isClean, "\(verdict)")
    Report.fault(
      "PostgreSQL stalled (503 within \(String(format: "%.1f", slowest)) s)", tried: Self.waiting,
      lost: verdict.lost.count, doubled: verdict.doubled.count)
  }

  private func makeInvoice(_ key: String, _ customer: Customer) throws -> String {
    let answer = try customer.askForTopUp(key: key)
    let url = try #require(answer.json["invoiceUrl"] as? String, "\(answer.text)")
    return url.split(separator: "/").last.map { String($0) } ?? ""
  }

  /// All of the server's, the one that starts the others first.
  private func processes(of stack: Stack) throws -> [pid_t] {
    let file = stack.directory + "/postgresql/data/postmaster.pid"
    let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
    let first = try #require(lines.first.flatMap { pid_t($0) })
    let others = "SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
    return [first] + (try stack.sql(others).compactMap { pid_t($0) })
  }

  private func payInTheEnd(_ invoice: String, _ customer: Customer) throws {
    for _ in 0..<100 {
      if try customer.pay(invoice) { return }
      usleep(100_000)
    }
    Issue.record("the event of \(invoice) is not taken")
  }
}
