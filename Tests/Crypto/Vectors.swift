// The published vectors in the Python environment that Tests/run makes, and the output of other
// implementations.

import Foundation
import Support
import Testing

enum Vectors {
  /// Whether Tests/run has made the environment.
  static let isInstalled = folder != nil

  /// Why a test that needs the environment is skipped.
  static let missing: Comment = "Tests/run installs the Python packages that this test needs"

  /// The records of a file of PyPI's `cryptography_vectors`, in the response format of NIST's
  /// CAVP: `name = value` lines, each record closed by its `MD`.
  static func records(_ path: String) throws -> [[String: String]] {
    let file = try #require(folder).appending(path: path)
    var records: [[String: String]] = []
    var record: [String: String] = [:]
    for line in try String(contentsOf: file, encoding: .utf8).split(whereSeparator: \.isNewline) {
      let parts = line.split(separator: " = ", maxSplits: 1)
      guard parts.count == 2, !line.hasPrefix("#") else { continue }
      record[String(parts[0])] = String(parts[1])
      guard parts[0] == "MD" else { continue }
      records.append(record)
      record = [:]
    }
    return records
  }

  private static let folder: URL? = {
    let libraries = URL(filePath: Python.directory).appending(path: "../lib").standardized
    let names = (try? FileManager.default.contentsOfDirectory(atPath: libraries.path)) ?? []
    return names.map { libraries.appending(path: "\($0)/site-packages/cryptography_vectors") }
      .first { FileManager.default.fileExists(atPath: $0.path) }
  }()
}

/// Runs a program to its end and hands back the lines that it printed.
func lines(from program: String, _ arguments: [String]) throws -> [String] {
  let result = try runCommand(program, arguments)
  try #require(result.status == 0, "\(result.errors)")
  return result.output.split(whereSeparator: \.isNewline).map(String.init)
}
