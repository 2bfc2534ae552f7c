// Programs of which one guard was taken out, ready-made by `Tests/Faults/mutant`: what a test must
// catch, or it proves nothing.

import Foundation
import Support

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
