// dompet: the operator's tool. Each command has a file of its own.
//
//   dompet init            settings, secrets and database of a new installation
//   dompet check           whether the installation is as it must be
//   dompet migrate         applies the migrations that the database lacks
//   dompet move            everything into another database
//   dompet status          today's money, what waits, when the tasks ran
//   dompet keys            replaces the tokens' secret or the callback token
//   dompet top-up show     the story of a top-up
//   dompet event           what Xendit told us; judges one of it again
//   dompet reconcile       asks Xendit about open top-ups and settles what it says
//   dompet review          what could not be settled
//   dompet review resolve  credits it to a wallet, or dismisses it
//   dompet adjust          adds to a wallet or takes from it
//   dompet reverse         posts the opposite of a transaction
//   dompet user            list, show, disable, enable, role, password, reset, erase, import
//   dompet wallet show     a wallet and its newest transactions
//   dompet prune           removes old sessions and tokens, empties old events' bodies
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
    version: version,
    subcommands: [
      Init.self, Check.self, Migrate.self, Move.self, ShowStatus.self, Keys.self,
      TopUpCommand.self, EventCommand.self, Reconcile.self, Review.self, Adjust.self, Reverse.self,
      UserCommand.self, Verify.self,
      WalletCommand.self, Prune.self, Backup.self, Restore.self,
    ])
}

/// What the package's changelog, embedded here, begins with: dompet (VERSION) ….
private let version = String(
  decoding: PackageResources.changelog.drop { $0 != UInt8(ascii: "(") }.dropFirst()
    .prefix { $0 != UInt8(ascii: ")") }, as: UTF8.self)
