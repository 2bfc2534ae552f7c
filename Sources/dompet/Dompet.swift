// dompet: the operator's tool. Each command has a file of its own.
//
//   dompet verify          the whole ledger held against its invariants
//   dompet review          what could not be settled
//   dompet review resolve  credits it to a wallet, or dismisses it
//   dompet adjust          adds to a wallet or takes from it
//   dompet reverse         posts the opposite of a transaction
//
// Exit status: 0 all is well, 1 the thing asked for failed or something is off, 64 usage,
// 78 configuration (sysexits.h).

import ArgumentParser
import Service

@main
struct Dompet: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dompet", abstract: "Operates a Dompet installation.",
    discussion: "Settings are read from the environment, as by the programs.",
    subcommands: [Verify.self, Review.self, Adjust.self, Reverse.self])
}
