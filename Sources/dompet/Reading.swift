// Commands that only read the ledger.

import ArgumentParser
import Domain
import Service
import Storage

enum Reading {
  /// Opens the ledger and reads it, on one snapshot. If that fails, says why on standard error.
  static func perform<T>(
    _ command: String, _ body: (any Connection) throws(Refusal) -> T
  ) throws -> T {
    var configuration = Configuration.forOperator(command)
    let database = Service.openForOperator(configuration.finish(configuration.settings()))
    do throws(Refusal) {
      return try database.read(body)
    } catch {
      Terminal.error("\(command): the database cannot be read: \(error)")
      throw ExitCode(1)
    }
  }
}
