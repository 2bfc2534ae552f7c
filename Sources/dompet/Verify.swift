// dompet verify: the whole ledger held against its invariants. It reads only, one snapshot, while
// the programs go on.

import ArgumentParser
import Crypto
import Domain
import Ledger
import Service
import Storage

struct Verify: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Checks every balance, sequence, hash and origin in the ledger.",
    discussion: """
      Prints what was checked. Exits with 1 if anything is off, and names the exact rows. Events \
      that wait for an operator's review are counted; they are not off.
      """)

  @Flag(help: "Print each wallet's newest sequence and hash, to be kept outside the database.")
  var heads = false

  func run() throws {
    var configuration = Configuration(program: "dompet verify")
    let settings = configuration.finish(configuration.settings())
    let database = Service.openForOperator(settings)
    var audit = Audit(
      report: { Terminal.error("OFF  \($0)") },
      progress: { Terminal.error("… \($0.transactions) transactions, \($0.wallets) wallets") },
      head: { wallet, sequence, hash in
        if heads { print("\(wallet) \(sequence) \(Hex.encode(hash))") }
      })
    do throws(Refusal) {
      try database.read { db throws(Refusal) in try audit.run(in: db) }
    } catch {
      Terminal.error("dompet verify: the database cannot be read: \(error)")
      throw ExitCode(1)
    }
    Terminal.error(summary(of: audit))
    if audit.findings > 0 { throw ExitCode(1) }
  }

  private func summary(of audit: Audit) -> String {
    let counts = audit.counts
    return """
      checked: file and foreign keys; \(counts.wallets) wallets, \(counts.transactions) \
      transactions, \(counts.topUpsPaid) paid top-ups
      held:    balances \(counts.balance.whole) IDR; waiting for review: \(counts.eventsInReview)
      \(audit.findings == 0 ? "all is well" : "\(audit.findings) findings")
      """
  }
}
