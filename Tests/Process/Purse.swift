// The purse: dompet-wallets, and two users of whom one has money.

import Foundation
import Programs
import Support
import Testing

struct Purse {
  let site: Site
  let program: Program
  let ana: Account
  let budi: Account

  init(threads: Int = 8, environment: [String: String] = [:]) throws {
    site = try Site(environment)
    program = try site.start("dompet-wallets", threads: threads)
    ana = try site.makeAccount("ana.wijaya")
    budi = try site.makeAccount("budi.santoso")
    try adjust(ana, by: 100_000, reason: "a gift")
  }

  /// As an operator does.
  func adjust(_ account: Account, by rupiah: Int, reason: String) throws {
    let result = try runCommand(
      Checkout.program("dompet"), ["adjust", account.id, "\(rupiah)", "--reason", reason],
      environment: site.environment.merging(["SUDO_USER": "siti"]) { $1 })
    try #require(result.status == 0, "\(result.errors)")
  }

  /// From Ana to Budi unless told otherwise.
  func transfer(
    _ json: String = #"{"to":"budi.santoso","amount":5000,"description":"lunch"}"#,
    keys: String..., by account: Account? = nil
  ) throws -> Answer {
    let headers = [(account ?? ana).bearer] + keys.map { ("Idempotency-Key", $0) }
    return try program.post(MethodTests.transfers, headers: headers, json: json)
  }

  /// The history, asked for with this query.
  func history(
    _ query: String = "", of account: Account? = nil, accept: String? = nil,
    method: String = "GET"
  ) throws -> Answer {
    try program.ask(historyCall(query, of: account, accept: accept, method: method))
  }

  func historyCall(
    _ query: String = "", of account: Account? = nil, accept: String? = nil,
    method: String = "GET"
  ) -> Call {
    let headers = [(account ?? ana).bearer] + (accept.map { [("Accept", $0)] } ?? [])
    var call = Call(method, MethodTests.history, headers: headers)
    call.replace("QUERY_STRING", with: Array(query.utf8))
    return call
  }

  /// The items of a page, and where it goes on.
  func page(
    _ query: String = "", of account: Account? = nil
  ) throws -> (items: [[String: Any]], next: String?) {
    let answer = try history(query, of: account)
    #expect(answer.status == 200, "\(answer.text)")
    return (answer.json["items"] as? [[String: Any]] ?? [], answer.string("nextCursor"))
  }

  /// Fills a wallet behind the ledger's back, with a second between two rows.
  func fill(_ account: Account, rows: Int, type: String = "'TOP_UP'") throws {
    try Shell.tamper(
      """
      BEGIN;
      WITH RECURSIVE numbers (n) AS (
        SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < \(rows)),
      rows (n, type) AS (SELECT n, \(type) FROM numbers)
      INSERT INTO wallet_transactions
      SELECT '\(account.walletID)', n, type, 1000, n * 1000, 'Top-up ' || n, NULL,
        CASE type WHEN 'TOP_UP' THEN 'inv-' || n END, 'xendit',
        1750000000000000 + CAST(n AS BIGINT) * 1000000,
        \(Shell.zeros(32))
      FROM rows;
      UPDATE wallets SET sequence = \(rows), balance = \(rows) * 1000
      WHERE id = '\(account.walletID)';
      COMMIT;
      """, at: site.url)
  }

  /// Both balances.
  func balances() throws -> [Int] { [try ana.balance(in: site), try budi.balance(in: site)] }

  func verify() throws -> CommandResult {
    try runCommand(Checkout.program("dompet"), ["verify"], environment: site.environment)
  }
}
