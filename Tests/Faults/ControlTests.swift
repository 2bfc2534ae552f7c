// A check that cannot fail proves nothing: the checker is shown what it must catch, and the sweep
// a disk that forgets.

import Foundation
import Programs
import Support
import Testing

@Suite(
  "The control: the checker",
  .enabled(if: Site.isBuilt && Checkout.isBuilt("dompet"), "needs swift build -c release"))
struct ControlTests {
  private let site: Site
  private let program: Program
  private let checker: Checker
  private let promise = Promise.credit(invoiceID: TopUpSample.invoiceID)

  /// One top-up that was paid and credited.
  init() throws {
    site = try Site()
    program = try site.start("dompet-webhook")
    checker = Checker(url: site.url)
    try site.makeTopUp(of: try site.makeAccount(), key: "key")
    let answer = try program.ask(
      Event.paid(invoiceID: TopUpSample.invoiceID, reference: TopUpSample.reference))
    #expect(answer.status == 200)
  }

  @Test("finds nothing where nothing is wrong")
  func clean() throws {
    let kept: [Promise] = [
      promise, .user("budi.santoso"), .topUp(key: "key", reference: TopUpSample.reference),
    ]
    let verdict = try checker.verdict(on: kept)
    #expect(verdict.isClean, "\(verdict)")
  }

  @Test("catches a journal that was tampered with: each kind of 2xx without its row")
  func tamperedJournal() throws {
    let forged: [Promise] = [
      .user("nobody"), .session(refreshToken: "none"), .topUp(key: "key", reference: "WTU-none"),
      .credit(invoiceID: "none"),
    ]
    #expect(try checker.verdict(on: forged + [promise]).lost == forged)
    Report.fault(
      "control: tampered journal", tried: forged.count, lost: 0, doubled: 0,
      control: "caught \(forged.count) of \(forged.count)")
  }

  @Test(
    "catches rows that were doubled, deleted or changed behind the program's back",
    arguments: [
      "DELETE FROM wallet_transactions", "DELETE FROM wallet_top_ups", "DELETE FROM wallets",
      "DELETE FROM webhook_events", "UPDATE wallets SET balance = balance + 1",
      "UPDATE wallet_transactions SET amount = 1", "UPDATE wallet_top_ups SET amount = 1",
      """
      INSERT INTO wallet_transactions SELECT wallet_id, 2, type, amount, 2 * balance_after,
        description, reference, invoice_id, counterparty, created_at, hash
      FROM wallet_transactions
      """,
    ])
  func tamperedRows(_ change: String) throws {
    try Shell.tamper("DROP INDEX wallet_transactions_invoice; \(change)", at: site.url)
    let verdict = try checker.verdict(on: [promise])
    #expect(!verdict.isClean)
    if change.hasPrefix("INSERT") { #expect(verdict.doubled.count == 2, "\(verdict)") }
    if change.hasPrefix("DELETE FROM wallet_t") { #expect(verdict.lost == [promise]) }
    Report.fault(
      "control: \(change.prefix(36))", tried: 1, lost: 0, doubled: 0,
      control: verdict.isClean ? "NOT CAUGHT" : "caught")
  }

  @Test(
    "catches a 2xx without its row when the disk forgets what is written and the program is killed",
    aboutSQLite,
    .enabled(if: FaultyDisk.isPossible, "gcc is not there"))
  func forgetfulDisk() throws {
    let disk = try FaultyDisk()
    let listener = try site.makeListener()
    let forgetful = try site.start(
      "dompet-webhook", environment: disk.environment, listener: listener)
    let reference = "WTU-20260614-0000000000000001"
    try site.makeTopUp(
      of: try site.makeAccount("second.user"), reference: reference, invoiceID: "second")
    program.kill(SIGKILL)
    try disk.turnOn(.forget)
    let answer = try forgetful.ask(Event.paid(invoiceID: "second", reference: reference))
    #expect(answer.status == 200, "\(answer.text)")
    forgetful.kill(SIGKILL)
    _ = forgetful.wait()
    let verdict = try checker.verdict(on: [promise, .credit(invoiceID: "second")])
    #expect(verdict.lost == [.credit(invoiceID: "second")])
    Report.fault(
      "control: kill -9 on a disk that forgets", tried: 1, lost: verdict.lost.count, doubled: 0,
      control: verdict.lost.isEmpty ? "NOT CAUGHT" : "lost, and was caught")
  }
}
