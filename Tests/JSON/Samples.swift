// What the tests of this folder share: short ways to read and write, the vectors that lie beside
// the checkout, and a random generator that repeats itself.

import Foundation
import JSON

func parse(_ text: String) throws -> JSONValue {
  try JSONValue.parse(Array(text.utf8))
}

/// Why it is refused; nil if it is read.
func refusal(_ text: String) -> JSONSyntaxError? {
  refusal(Array(text.utf8))
}

func refusal(_ bytes: [UInt8]) -> JSONSyntaxError? {
  do {
    _ = try JSONValue.parse(bytes)
    return nil
  } catch {
    return error
  }
}

func written(_ body: (inout JSONWriter) -> Void) -> String {
  var writer = JSONWriter()
  body(&writer)
  return String(decoding: writer.bytes, as: UTF8.self)
}

func bytes(_ value: JSONValue) -> [UInt8] {
  Array(written { $0.value(value) }.utf8)
}

/// Files of `shared/vectors`, a folder beside the checkout that is not part of it.
enum Vectors {
  static let folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("shared/vectors")

  static let exist = FileManager.default.fileExists(atPath: folder.path)

  static func read(_ path: String) -> [UInt8] {
    Array((try? Data(contentsOf: folder.appendingPathComponent(path))) ?? Data())
  }

  /// The names of JSONTestSuite's files that begin with `prefix`: y_ must be read, n_ must be
  /// refused, i_ is left to the reader.
  static func suite(_ prefix: String) -> [String] {
    let path = folder.appendingPathComponent("jsontestsuite/test_parsing").path
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return names.filter { $0.hasPrefix(prefix) }.sorted()
  }

  static func suiteFile(_ name: String) -> [UInt8] {
    read("jsontestsuite/test_parsing/" + name)
  }
}

/// SplitMix64 (Steele, Lea, Flood 2014): the same numbers at every run.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
