// What the tests of this folder share: a world that repeats itself, and strings that break things.

import Domain
import Foundation

extension World {
  /// Stands still; its dice show the same bytes again and again.
  static func make(at microseconds: Int64 = 0, dice: UInt8 = 0xA5) -> World {
    World(
      now: { Timestamp(microseconds: microseconds) }, monotonicMilliseconds: { 0 },
      wait: { _ in },
      randomBytes: { Array(repeating: dice, count: $0) })
  }
}

enum NaughtyStrings {
  private static let path = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "shared/vectors/blns/blns.json")

  /// The Big List of Naughty Strings, where it lies beside the checkout, and some that are naughty
  /// here.
  static let all: [String] = {
    let list = (try? JSONDecoder().decode([String].self, from: Data(contentsOf: path))) ?? []
    let scalars = (0...0x3000).compactMap { Unicode.Scalar($0).map { String($0) } }
    return list + scalars + [
      "", "\0", "\"", "\"\"", "\"\"\"", "@", "@@", "-", "--", ".", "..", "WTU", "WTU--", "---",
      String(repeating: "\u{301}", count: 10_000), String(repeating: "@", count: 10_000),
      String(repeating: "-", count: 10_000), String(repeating: " ", count: 100_000),
      String(repeating: "\u{1F468}\u{200D}", count: 5000), "\u{10FFFF}", "\u{FFFE}",
    ]
  }()
}
