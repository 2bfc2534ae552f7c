// Downloads through nginx: whole, slow, and broken off so that the client sees it.

import Foundation
import Support
import Testing

@Suite("A download", .enabled(if: Stack.isBuilt, "needs the release build"))
struct ExportTests {
  private let stack: Stack
  private let client: Client
  private let rows = 300_000

  init() throws {
    stack = try Stack(["--no-rate-limit"])
    client = try Client(on: stack)
    try fill()
  }

  @Test("is whole, streamed, under its headers, and leaves nothing on the disk")
  func whole() throws {
    let download = try curl()
    #expect(download.status == 0, "\(download.errors)")
    #expect(try lines(of: download) == rows + 1)
    let answer = try HTTP.send("HEAD", path, port: stack.port, headers: headers)
    expectHeaders(answer)
    #expect(answer.header("content-type") == "text/csv; charset=utf-8; header=present")
  }

  @Test("goes on when its client has paused")
  func paused() throws {
    let connection = try HTTPConnection(port: stack.port)
    let lines = headers.map { "\($0): \($1)\r\n" }.joined()
    connection.write(Array("GET \(path) HTTP/1.0\r\nHost: a\r\n\(lines)\r\n".utf8))
    // Longer than nginx waits for a program (6 s), and than a program's socket does (5 s).
    sleep(8)
    let answer = try connection.readAnswer()
    #expect(answer.status == 200)
    #expect(answer.body.count { $0 == 10 } == rows + 1)
  }

  @Test("shows its client that it broke off when the store fails")
  func storeFails() throws {
    let download = try beginSlowly()
    try stack.sql("ALTER TABLE wallet_transactions RENAME TO away")
    #expect(download.wait(timeoutSeconds: 60) == 18, "curl: transfer closed with data remaining")
    #expect(stack.log(of: "dompet-wallets").contains("an export broke off"))
    try stack.sql("ALTER TABLE away RENAME TO wallet_transactions")
    #expect(try curl().status == 0)
  }

  @Test("shows its client that it broke off when the program is killed")
  func killed() throws {
    let download = try beginSlowly()
    kill(try #require(stack.processID(of: "dompet-wallets")), SIGKILL)
    #expect(download.wait(timeoutSeconds: 60) == 18, "curl: transfer closed with data remaining")
  }

  private let path = "/api/v1/wallets/me/transactions"
  private var headers: [(String, String)] {
    [("Authorization", "Bearer \(client.token)"), ("Accept", "text/csv")]
  }

  private func arguments(_ more: [String]) -> [String] {
    let headers = headers.flatMap { ["-H", "\($0): \($1)"] }
    return ["-s"] + more + headers + ["http://127.0.0.1:\(stack.port)\(path)"]
  }

  private func curl() throws -> CommandResult { try runCommand("curl", arguments([])) }

  /// A download that has begun, and will take ten seconds more.
  private func beginSlowly() throws -> Child {
    let download = try Child("curl", arguments(["--limit-rate", "5M"]))
    while try size(of: download) < 100_000 { usleep(5000) }
    return download
  }

  private func size(of download: Child) throws -> Int {
    let values = try FileManager.default.attributesOfItem(atPath: download.outputPath)
    return values[.size] as? Int ?? 0
  }

  private func lines(of download: CommandResult) throws -> Int {
    download.output.utf8.count { $0 == 10 }
  }

  /// Fills the wallet behind the ledger's back.
  private func fill() throws {
    try Shell.tamper(
      """
      BEGIN;
      WITH RECURSIVE numbers (n) AS (
        SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < \(rows))
      INSERT INTO wallet_transactions
      SELECT id, n, 'TOP_UP', 1, n, 'Top-up ' || n, NULL, 'inv-' || n, 'xendit', n,
        \(Shell.zeros(32))
      FROM numbers, wallets;
      UPDATE wallets SET sequence = \(rows), balance = \(rows);
      COMMIT;
      """, at: stack.url)
  }

}
