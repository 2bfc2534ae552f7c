// dompet: the operator's tool. Each command has a file of its own.
//
//   dompet reconcile       asks Xendit about open top-ups and settles what it says
//   dompet review          what could not be settled
//   dompet review resolve  credits it to a wallet, or dismisses it
//   dompet adjust          adds to a wallet or takes from it
//   dompet reverse         posts the opposite of a transaction
//   dompet user reset      a one-time token for a new password
//   dompet backup          a verified copy while everything runs; rotates; list
//   dompet restore         a backup in the database's place, and what was paid since
//   dompet verify          the whole ledger held against its invariants
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
    subcommands: [
      Reconcile.self, Review.self, Adjust.self, Reverse.self, UserCommand.self, Verify.self,
      Backup.self, Restore.self,
    ])
}
