// Programs of which one guard was taken out, ready-made by `Tests/Faults/mutant`: what a test must
// catch, or it proves nothing.

import Foundation
import Support
import Testing

/// For what happens to SQLite's files, in programs that have no disk of their own on a server; and
/// for mutants, which are built with that engine alone.
let aboutSQLite: ConditionTrait = .enabled(if: !PostgreSQL.isTried, "it is about SQLite's files")

enum Mutant: String {
  case answersBeforeCommit = "answers-before-commit"
  case synchronousNormal = "synchronous-normal"
  /// No guard is taken out: the release after this one.
  case nextRelease = "next-release"

  /// Where its programs lie.
  var folder: String { Checkout.root + "/.build-mutants/" + rawValue }

  func isBuilt(_ program: String) -> Bool {
    FileManager.default.isExecutableFile(atPath: "\(folder)/\(program)")
  }
}
