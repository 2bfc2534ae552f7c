// How many random cases are tried: `Tests/run --long FACTOR` multiplies them.

import Foundation

public enum Scale {
  /// 1 in a normal run.
  public static let factor: Int = {
    let text = ProcessInfo.processInfo.environment["DOMPET_TEST_SCALE"]
    return max(1, text.flatMap { Int($0) } ?? 1)
  }()
}
