// PostgreSQL's own copy of a whole server, taken while money arrives.

import Foundation
import Programs
import Support
import Testing

@Suite(
  "A base backup",
  .enabled(if: PostgreSQL.isTried && Site.isBuilt, "needs Tests/run's PostgreSQL server"))
struct BaseBackupTests {
  private let site: Site
  private let webhook: Program

  init() throws {
    site = try Site()
    webhook = try site.start("dompet-webhook")
  }

  @Test("holds every credit that was acknowledged before it began, and a ledger without fault")
  func whole() throws {
    let account = try site.makeAccount()
    let numbers = 0..<60
    for number in numbers {
      try site.makeTopUp(of: account, reference: reference(number), invoiceID: invoice(number))
    }
    let statuses = Shared(try numbers.prefix(20).map { try pay($0) })
    let copy = Shared<CommandResult?>(nil)
    inThreads(2) { thread in
      if thread == 0 {
        let result = try? copyAndAsk()
        copy.withLock { $0 = result }
      } else {
        for number in numbers.dropFirst(20) {
          let status = try? pay(number)
          statuses.withLock { $0.append(status ?? 0) }
        }
      }
    }

    #expect(statuses.withLock { $0 } == Array(repeating: 200, count: numbers.count))
    let result = try #require(copy.withLock { $0 })
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.errors.contains("all is well"), "\(result.errors)")
    let kept = Set(result.output.split(separator: "\n").map(String.init))
    #expect(kept.isSuperset(of: numbers.prefix(20).map(reference)))
    #expect(kept.isSubset(of: numbers.map(reference)))
  }

  private func pay(_ number: Int) throws -> Int {
    let event = Event.paid(invoiceID: invoice(number), reference: reference(number))
    return try webhook.ask(event).status
  }

  /// Checks the copy's ledger, and prints the references of its credits.
  private func copyAndAsk() throws -> CommandResult {
    let commands = """
      "$0" verify && psql -XAtq -c "SELECT reference FROM wallet_transactions" "$DATABASE_URL"
      """
    return try runCommand(
      Checkout.root + "/Tests/Process/base-backup",
      [
        site.environment["DATABASE_URL"] ?? "", "sh", "-c", commands, Checkout.program("dompet"),
      ],
      environment: Stack.environment)
  }

  private func reference(_ number: Int) -> String {
    "WTU-20260614-" + String(format: "%016X", number)
  }

  private func invoice(_ number: Int) -> String { String(format: "%024x", number) }
}
