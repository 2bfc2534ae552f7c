// What clients have seen: each 2xx answer is a promise, and is on disk before it is believed.

import Crypto
import Foundation
import Support

/// A row that a 2xx answer promises, in the words that the checker's query uses.
public struct Promise: Hashable, Sendable {
  public let text: String

  public static func user(_ username: String) -> Promise { Promise(text: "user \(username)") }

  public static func session(refreshToken: String) -> Promise {
    Promise(text: "session \(Hex.encode(SHA256.hash(Array(refreshToken.utf8))).uppercased())")
  }

  public static func topUp(key: String, reference: String) -> Promise {
    Promise(text: "top-up \(key) \(reference)")
  }

  public static func transfer(key: String, reference: String) -> Promise {
    Promise(text: "transfer \(key) \(reference)")
  }

  public static func credit(invoiceID: String) -> Promise { Promise(text: "credit \(invoiceID)") }
}

/// A file of promises, one a line.
public final class Journal: Sendable {
  private let directory: TemporaryDirectory
  private let descriptor: Int32
  private let lines = Shared<[Promise]>([])

  public init() throws {
    directory = try TemporaryDirectory()
    descriptor = open(directory.path + "/journal", O_WRONLY | O_CREAT | O_APPEND, 0o600)
    guard descriptor >= 0 else { throw SystemFailure(call: "open the journal") }
  }

  deinit { close(descriptor) }

  /// Returns when the promise is on disk.
  public func record(_ promise: Promise) throws {
    let line = Array((promise.text + "\n").utf8)
    guard write(descriptor, line, line.count) == line.count, fdatasync(descriptor) == 0 else {
      throw SystemFailure(call: "write the journal")
    }
    lines.withLock { $0.append(promise) }
  }

  /// What had been promised by now.
  public var promises: [Promise] { lines.withLock { $0 } }
}
