// A folder that is gone when its owner is.

import Foundation

/// A new, empty, private folder with a short path (a unix socket in it stays under 107 bytes).
public final class TemporaryDirectory: Sendable {
  public let path: String

  public init() throws {
    var template = Array("/tmp/dompet-test.XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw SystemFailure(call: "mkdtemp") }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { remove() }

  /// Removes it now.
  public func remove() { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file below the folder, with the folders in between, and gives its path.
  @discardableResult
  public func write(_ text: String, to name: String) throws -> String {
    let file = URL(filePath: path).appending(path: name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try text.write(to: file, atomically: false, encoding: .utf8)
    return path + "/" + name
  }
}

/// A call of the system that failed.
public struct SystemFailure: Error, CustomStringConvertible {
  public let call: String
  public let number: Int32

  public init(call: String, number: Int32 = errno) {
    self.call = call
    self.number = number
  }

  public var description: String { "\(call): \(String(cString: strerror(number)))" }
}
