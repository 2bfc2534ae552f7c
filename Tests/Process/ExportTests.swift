// The history as CSV: its bytes, its bounds, and what happens when nobody reads it.

import Foundation
import Programs
import Support
import Testing

@Suite("An export", .enabled(if: Site.isBuilt, Site.notBuilt))
struct ExportTests {
  private let purse: Purse
  private let header = "id,type,amount,balanceAfter,currency,description,reference,createdAt\r\n"

  init() throws {
    purse = try Purse()
  }

  @Test("is CSV where that is preferred, with a name for the file and no length")
  func answer() throws {
    let answer = try purse.history(of: purse.budi, accept: "text/csv")
    #expect(answer.status == 200 && answer.text == header)
    #expect(answer.header("content-type") == "text/csv; charset=utf-8; header=present")
    #expect(
      answer.header("content-disposition") == "attachment; filename=\"transactions.csv\"")
    #expect(answer.header("content-length") == nil)
    let head = try purse.history(accept: "text/csv", method: "HEAD")
    #expect(head.status == 200 && head.body.isEmpty)
    #expect(try purse.history(accept: "text/html").header("content-type") == "application/json")
  }

  @Test(
    "guards what people wrote, and leaves numbers numbers",
    arguments: [
      ("lunch", "lunch"), ("=1+1", "'=1+1"), ("+1", "'+1"), ("-1", "'-1"),
      ("@SUM(A1)", "'@SUM(A1)"),
      ("a=1", "a=1"), (" =1", " =1"), ("a,b", "\"a,b\""), ("say \"x\"", "\"say \"\"x\"\"\""),
      ("=\"a\",b", "\"'=\"\"a\"\",b\""), ("\u{E9}\u{1F35C}", "\u{E9}\u{1F35C}"), ("'", "'"),
      ("\"", "\"\"\"\""), (";|`$(x)", ";|`$(x)"),
    ])
  func cells(text: String, cell: String) throws {
    let description = String(decoding: try JSONEncoder().encode(text), as: UTF8.self)
    let made = try purse.transfer(
      #"{"to":"budi.santoso","amount":7,"description":\#(description)}"#, keys: "a")
    let (id, reference) = (made.string("id") ?? "", made.string("reference") ?? "")
    let row =
      "\(id),TRANSFER_OUT,-7.00,99993.00,IDR,\(cell),\(reference),\(made.string("createdAt") ?? "")"
    let answer = try purse.history("type=TRANSFER_OUT", accept: "text/csv")
    #expect(answer.text == header + row + "\r\n")
  }

  @Test("guards and quotes what came into the ledger another way: tabs and line ends")
  func foreignText() throws {
    let account = purse.budi
    for (text, cell) in [
      ("a\r\nb", "\"a\r\nb\""), ("a\nb", "\"a\nb\""), ("\tx", "'\tx"), ("\rx", "\"'\rx\""),
    ] {
      try purse.fill(account, rows: 1)
      let hexadecimal = text.utf8.map { String(Int($0) | 256, radix: 16).dropFirst() }.joined()
      let words = Shell.text(hexadecimal)
      let wallet = "wallet_id = '\(account.walletID)'"
      try Shell.tamper(
        "UPDATE wallet_transactions SET description = \(words) WHERE \(wallet)",
        at: purse.site.url)
      let answer = try purse.history(of: account, accept: "text/csv")
      #expect(answer.text.contains(",IDR,\(cell),,"), "\(answer.text)")
      try Shell.tamper("DELETE FROM wallet_transactions WHERE \(wallet)", at: purse.site.url)
    }
  }

  @Test("has no pages, and names other mistakes too")
  func query() throws {
    let answer = try purse.history("limit=5&cursor=x&type=y", accept: "text/csv")
    expectProblem(
      answer, 400, "invalid-request", pointers: ["/type", "/limit", "/cursor"])
  }

  @Test("of 200 000 rows is whole, in order, and takes hardly any memory")
  func large() throws {
    try purse.fill(purse.budi, rows: 200_000)
    _ = try purse.history(of: purse.budi)
    let before = try peakKilobytes()
    let answer = try purse.history(of: purse.budi, accept: "text/csv")
    let lines = answer.text.split(separator: "\r\n")
    #expect(lines.count == 200_001)
    let numbers = lines.dropFirst().compactMap { line in
      line.prefix { $0 != "," }.split(separator: "-").last.flatMap { Int($0) }
    }
    #expect(numbers.elementsEqual((1...200_000).reversed()))
    #expect(try peakKilobytes() - before < 8000)
  }

  @Test("that nobody reads holds neither a snapshot nor another request up")
  func unread() throws {
    try purse.fill(purse.budi, rows: 50_000)
    let connection = try beginExport(of: purse.budi)
    _ = try purse.transfer(keys: "a")
    // The log is copied whole only if no reader needs its old pages.
    let snapshots =
      PostgreSQL.isTried
      ? "SELECT 0, 0, count(backend_xmin) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
        + "AND datname = current_database()"
      : "PRAGMA wal_checkpoint(TRUNCATE)"
    #expect(try purse.site.sql(snapshots) == ["0|0|0"])
    // The user's second at once, and a third beside the other's of a quarter of eight workers.
    expectProblem(try purse.history(of: purse.budi, accept: "text/csv"), 503, "busy")
    let other = try beginExport(of: purse.ana)
    let third = try purse.site.makeAccount("third.user")
    _ = (connection, other, third)
    #expect(try purse.history(of: purse.budi).status == 200)
  }

  @Test("is whole for a reader who begins late, and holds what was there when it began")
  func late() throws {
    try purse.fill(purse.budi, rows: 20_000)
    let connection = try beginExport(of: purse.budi)
    try Shell.tamper(
      """
      INSERT INTO wallet_transactions SELECT wallet_id, 20001, type, amount, balance_after,
        'late', reference, 'inv-late', counterparty, created_at, hash
      FROM wallet_transactions WHERE wallet_id = '\(purse.budi.walletID)' AND sequence = 20000
      """, at: purse.site.url)
    let answer = try #require(Exchange(try connection.readToEnd()).answers.first)
    #expect(answer.text.split(separator: "\r\n").count == 20_001)
    #expect(!answer.text.contains("late"))
  }

  @Test("ends when its reader goes, and the place is free again")
  func gone() throws {
    try purse.fill(purse.budi, rows: 50_000)
    for _ in 0..<5 {
      _ = try beginExport(of: purse.budi)
      while purse.program.connections > 0 { usleep(1000) }
    }
    #expect(try purse.history(of: purse.budi, accept: "text/csv").status == 200)
  }

  @Test("that cannot go on is cut: no END_REQUEST says that it is whole")
  func cut() throws {
    try purse.fill(purse.budi, rows: 50_000)
    let connection = try beginExport(of: purse.budi)
    try purse.site.sql("ALTER TABLE wallet_transactions RENAME TO away")
    let exchange = Exchange(try connection.readToEnd())
    #expect(exchange.answers.isEmpty)
    #expect(purse.program.errors.contains("an export broke off"))
    #expect(purse.program.isRunning)
  }

  @Test("that nobody reads does not keep the program from stopping")
  func stop() throws {
    try purse.fill(purse.budi, rows: 50_000)
    let connection = try beginExport(of: purse.budi)
    purse.program.kill(SIGTERM)
    #expect(purse.program.wait(timeoutSeconds: 20) == 0)
    #expect(Exchange(try connection.readToEnd()).answers.isEmpty)
  }

  /// Asks, and reads nothing yet. The program has answered, and fills the socket.
  private func beginExport(of account: Account) throws -> FastCGIConnection {
    let connection = try FastCGIConnection(path: purse.program.listener.path)
    let before = purse.program.errors
    connection.write(purse.historyCall(of: account, accept: "text/csv").bytes)
    while !purse.program.errors.dropFirst(before.count).contains("\"status\":200") { usleep(1000) }
    return connection
  }

  private func peakKilobytes() throws -> Int {
    let status = try String(
      contentsOfFile: "/proc/\(purse.program.processID)/status", encoding: .utf8)
    let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
    return Int(line.filter(\.isNumber)) ?? .max
  }
}
