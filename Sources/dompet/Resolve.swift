// dompet review resolve: what an operator makes of an event that waits: a credit, or nothing.

import ArgumentParser
import Domain
import Ledger
import Service

struct Resolve: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Credits an event's payment to a wallet, or dismisses the event.",
    usage: "dompet review resolve ID (--credit WALLET | --dismiss) --reason TEXT",
    discussion: "The same resolution again changes nothing and says so; another one is refused.")

  @Argument(help: "The event's id, as dompet review lists it.")
  var id: Int64

  @Option(
    help: "The id of the wallet that gets what was paid.",
    transform: argument { text throws(Invalid) in
      guard let id = Identifier(text) else { throw Invalid("is not a wallet's id") }
      return id
    })
  var credit: Identifier?

  @Flag(help: "Nothing is to be done.")
  var dismiss = false

  @OptionGroup var act: Act

  func validate() throws {
    guard (credit != nil) != dismiss else {
      throw ValidationError("Give either --credit WALLET or --dismiss.")
    }
  }

  func run() throws {
    let (decision, event, now) = (try act.decision(), id, World.real.now())
    let resolution = credit.map { Resolution.credited(to: $0) } ?? .dismissed
    let isNew = try Act.perform(
      "dompet review resolve",
      missing: "there is no event \(event). dompet review lists those that wait."
    ) { db throws(Refusal) in
      try Reviews.resolve(event, as: resolution, decision, at: now, in: db)
    }
    print("\(isNew ? "done" : "done before"): event \(event) \(resolution)")
  }
}
