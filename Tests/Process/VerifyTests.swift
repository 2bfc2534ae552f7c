// dompet verify, as an operator runs it beside the programs.

import Support
import Programs
import Testing

@Suite("dompet verify", .enabled(if: Checkout.isBuilt("dompet"), "needs swift build -c release"))
struct VerifyTests {
  @Test("exits with 0 and says what it checked when all is well")
  func allIsWell() throws {
    let site = try Site()
    _ = try site.start("dompet-wallets")
    _ = try site.makeAccount()
    let result = try verify(site)
    #expect(result.status == 0)
    #expect(result.errors.contains("1 wallets, 0 transactions"))
    #expect(result.errors.hasSuffix("all is well\n"))
  }

  @Test("exits with 1 and names the row when something is off")
  func off() throws {
    let site = try Site()
    _ = try site.start("dompet-wallets")
    _ = try site.makeAccount()
    try site.sql("DROP TRIGGER wallets_follow_transactions; UPDATE wallets SET balance = 5")
    let result = try verify(site)
    #expect(result.status == 1)
    #expect(result.errors.contains("balance is not its last row's"))
  }

  @Test("exits with 78 when there is no database, or none of this schema")
  func noDatabase() throws {
    #expect(try verify(Site()).status == 78)
  }

  @Test("exits with 64 when it is asked for what there is not")
  func usage() throws {
    #expect(try runCommand(Checkout.program("dompet"), ["verify", "--all"]).status == 64)
  }

  @Test("prints the head of each wallet's chain on request")
  func heads() throws {
    let site = try Site()
    _ = try site.start("dompet-wallets")
    _ = try site.makeAccount()
    let result = try verify(site, "--heads")
    #expect(result.output.hasSuffix(" 0 \(String(repeating: "0", count: 64))\n"))
  }

  private func verify(_ site: Site, _ options: String...) throws -> CommandResult {
    try runCommand(
      Checkout.program("dompet"), ["verify"] + options, environment: site.environment)
  }
}
