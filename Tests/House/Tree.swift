// The files of the project, as git would take them.

import Foundation
import Support
import Testing

/// A file that people read.
struct SourceFile: CustomTestStringConvertible {
  /// Below the checkout.
  let path: String
  let lines: [String]

  var testDescription: String { path }
  var name: String { path.split(separator: "/").last.map(String.init) ?? path }
}

enum Tree {
  /// Every file that is not ignored, whether it is committed yet or not.
  static let paths: [String] = {
    let arguments = ["-C", Checkout.root, "ls-files", "-co", "--exclude-standard", "-z"]
    let output = (try? runCommand("git", arguments))?.output ?? ""
    return output.split(separator: "\0").map(String.init).filter {
      FileManager.default.fileExists(atPath: Checkout.root + "/" + $0)
    }.sorted()
  }()

  /// The files with one of these endings.
  static func files(_ endings: String...) -> [SourceFile] {
    paths.filter { path in endings.contains { path.hasSuffix($0) } }.compactMap(read)
  }

  static func read(_ path: String) -> SourceFile? {
    guard let text = try? String(contentsOfFile: Checkout.root + "/" + path, encoding: .utf8)
    else { return nil }
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    if lines.last == "" { lines.removeLast() }
    return SourceFile(path: path, lines: lines)
  }
}
