// What the commands that only look have in common.

import ArgumentParser
import Domain
import Service
import Storage

enum Reading {
  /// The ledger as it is.
  static func open(_ command: String) -> any Database {
    var configuration = Configuration.forOperator(command)
    return Service.openForOperator(configuration.finish(configuration.settings()))
  }

  /// Looks at one snapshot. If it cannot be read, says why on standard error.
  /// - Parameters:
  ///   - missing: what to say where the thing itself is not there.
  ///   - database: the ledger, if it is open already.
  static func perform<T>(
    _ command: String, missing: String = "", on database: (any Database)? = nil,
    _ body: (any Connection) throws(Refusal) -> T
  ) throws -> T {
    let database = database ?? open(command)
    do throws(Refusal) {
      return try database.read(body)
    } catch {
      let reason =
        switch error {
        case .notFound: missing
        case .conflict(let detail): "nothing was changed: \(detail)"
        default: "the database cannot be read: \(error)"
        }
      Terminal.error("\(command): \(reason)")
      throw ExitCode(1)
    }
  }
}
