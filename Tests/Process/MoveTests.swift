// dompet move, as an operator runs it on two files.

import Foundation
import Programs
import Support
import Testing

@Suite("dompet move", .enabled(if: Checkout.isBuilt("dompet"), Site.notBuilt))
struct MoveTests {
  private let site: Site

  init() throws {
    site = try Site()
    _ = try site.start("dompet-wallets")
    _ = try site.makeAccount()
  }

  private var source: String { site.environment["DATABASE_URL"] ?? "" }
  private var target: String { "sqlite:\(site.directory.path)/moved.db" }

  private func move(from source: String, to target: String) throws -> CommandResult {
    try runCommand(
      Checkout.program("dompet"), ["move", "--from", source, "--to", target],
      environment: site.environment)
  }

  @Test("takes everything along, and refuses a target that is not empty")
  func moves() throws {
    let first = try move(from: source, to: target)
    #expect(first.status == 0, "\(first.errors)")
    #expect(first.errors.contains("moved, and equal: 1 wallets"))
    let again = try move(from: source, to: target)
    #expect(again.status == 1 && again.errors.contains("the target is not empty"))
  }

  @Test("names the option whose database cannot be opened")
  func cannotOpen() throws {
    let noTarget = try move(from: source, to: "sqlite:/nowhere/moved.db")
    #expect(noTarget.status == 1)
    #expect(noTarget.errors.contains("/nowhere/moved.db cannot be opened"))
    #expect(noTarget.errors.contains("Check --to, owner and mode"), "\(noTarget.errors)")
    let text = try site.directory.write("no database", to: "text")
    let noSource = try move(from: "sqlite:\(text)", to: target)
    #expect(noSource.errors.contains("Check --from, owner and mode"), "\(noSource.errors)")
    #expect(try move(from: "mysql:x", to: target).errors.contains("--from must be sqlite:"))
  }
}
