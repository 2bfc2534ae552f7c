// dompet verify, as an operator runs it beside the programs.

import Foundation
import Programs
import Support
import Testing

@Suite("dompet verify", .enabled(if: Checkout.isBuilt("dompet"), "needs swift build -c release"))
struct VerifyTests {
  let site: Site

  init() throws {
    site = try Site()
    _ = try site.start("dompet-wallets")
  }

  @Test("exits with 0 and says what it checked when all is well")
  func allIsWell() throws {
    _ = try site.makeAccount()
    let result = try verify()
    #expect(result.status == 0)
    #expect(result.output == "")
    if !PostgreSQL.isTried { #expect(result.errors.hasPrefix("… PRAGMA integrity_check")) }
    #expect(result.errors.contains("1 wallets with 0 transactions"))
    #expect(result.errors.hasSuffix("all is well\n"))
  }

  @Test("exits with 1 and names the row when something is off")
  func off() throws {
    let account = try site.makeAccount()
    try Shell.tamper("UPDATE wallets SET balance = 5", at: site.url)
    let result = try verify()
    #expect(result.status == 1)
    #expect(
      result.errors.contains("OFF  wallet \(account.walletID): balance is not its last row's\n"))
    #expect(result.errors.hasSuffix("1 findings\n"))
  }

  @Test("tells monitoring how much it found, and that it found nothing once that is mended")
  func figure() throws {
    let webhook = try site.start("dompet-webhook")
    #expect(try !webhook.get("/metrics/webhook").text.contains("dompet_ledger_findings"))
    for name in ["ana", "budi"] { _ = try site.makeAccount(name + "1") }
    for (balance, findings) in [(5, 2), (0, 0)] {
      try Shell.tamper("UPDATE wallets SET balance = \(balance)", at: site.url)
      #expect(try verify().status == (findings == 0 ? 0 : 1))
      let text = try webhook.get("/metrics/webhook").text
      #expect(text.contains("\ndompet_ledger_findings \(findings)\n"), "\(text)")
    }
  }

  @Test("exits with 78 when there is no database, or none of this schema")
  func noDatabase() throws {
    let result = try runCommand(
      Checkout.program("dompet"), ["verify"], environment: try Site(hasTables: false).environment)
    #expect(result.status == 78)
  }

  @Test(
    "exits with 64 when it is asked for what there is not",
    arguments: [
      ["--all"], ["--heads"], ["--sandbox"], ["--sandbox", "ftp://127.0.0.1"], ["--sandbox", ""],
    ])
  func usage(arguments: [String]) throws {
    #expect(try runCommand(Checkout.program("dompet"), ["verify"] + arguments).status == 64)
  }

  @Test("prints the head of each wallet's chain on request, and how many there are")
  func printHeads() throws {
    let wallets = try ["ana", "budi", "citra"].map { try site.makeAccount($0 + "1").walletID }
    let zeros = String(repeating: "0", count: 64)
    let lines = wallets.sorted().map { "\($0) 0 \(zeros)\n" }
    #expect(try verify("--print-heads").output == lines.joined() + "end 3\n")
  }

  @Test("compares with what it printed, also when there are more wallets by now")
  func compare() throws {
    for name in ["ana", "budi"] {
      let printed = try verify("--print-heads").output
      _ = try site.makeAccount(name + "1")
      let result = try verify("--heads", file(printed))
      #expect(result.status == 0, "\(result.errors)")
      #expect(result.errors.contains("heads of the earlier print-out"))
    }
  }

  @Test("takes the lines of a print-out in any order")
  func order() throws {
    for name in ["ana", "budi", "citra"] { _ = try site.makeAccount(name + "1") }
    let lines = try verify("--print-heads").output.split(separator: "\n")
    let other = lines.dropLast().reversed() + lines.suffix(1)
    let result = try verify("--heads", file(other.joined(separator: "\n") + "\n"))
    #expect(result.status == 0)
    #expect(result.errors.contains("3 heads of the earlier print-out"))
  }

  @Test("exits with 1 and names wallet and sequence when a chain is not as it was printed")
  func changed() throws {
    let account = try site.makeAccount()
    let hash = String(repeating: "a", count: 64)
    let result = try verify("--heads", file("\(account.walletID) 7 \(hash)\nend 1\n"))
    #expect(result.status == 1)
    let place = "wallet \(account.walletID), transaction 7"
    #expect(result.errors.contains("OFF  \(place): was printed, and the wallet ends before it\n"))
  }

  @Test(
    "exits with 64 and the line's number when a print-out is none", withoutStore,
    arguments: badPrintOuts.indices)
  func malformed(sample: Int) throws {
    let (text, line) = badPrintOuts[sample]
    let result = try verify("--heads", file(text))
    #expect(result.status == 64)
    #expect(result.errors.contains(", line \(line): "), "\(result.errors)")
    #expect(result.errors.utf8.count < 500)
  }

  @Test("exits with 64 when the print-out cannot be read", arguments: ["/nowhere", "/", ""])
  func unreadable(path: String) throws {
    let result = try verify("--heads", path)
    #expect(result.status == 64)
    #expect(result.errors.contains("cannot be read: "))
  }

  @Test("exits with 1 when the sandbox is not there")
  func noSandbox() throws {
    let result = try verify("--sandbox", "http://127.0.0.1:9/sandbox")
    #expect(result.status == 1)
    #expect(result.errors.contains("/sandbox/control/invoices cannot be asked"))
  }

  private func file(_ text: String) throws -> String {
    let path = "\(site.directory.path)/heads"
    try Data(text.utf8).write(to: URL(filePath: path))
    return path
  }

  private func verify(_ options: String...) throws -> CommandResult {
    try runCommand(
      Checkout.program("dompet"), ["verify"] + options, environment: site.environment)
  }
}

private let head = "01a204a6-8ffb-74f5-8b96-cf2cf71a7759 0 " + String(repeating: "0", count: 64)

/// What is no print-out, and the line that shows it.
private let badPrintOuts = [
  ("", 1), ("\n", 1), ("end", 1), ("end 1\n", 1), ("end -1\n", 1), ("end 00\n", 1),
  ("end 0\n\n", 2), ("end 0\nend 0\n", 2), ("end 0\n\(head)\n", 2), (head, 1), ("\(head)\n", 2),
  ("\(head)\nend 1", 2), ("\(head)\nend 2\n", 2), ("\(head)\n\(head)\nend 1\n", 3),
  ("\(head)\r\nend 1\r\n", 1), ("\u{FEFF}\(head)\nend 1\n", 1), ("\(head)\u{0}\nend 1\n", 1),
  (String(repeating: "a", count: 1_000_000), 1), (String(repeating: "\n", count: 1_000_000), 1),
]
