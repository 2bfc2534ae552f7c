// Statements that are run together.

import Domain

/// A statement that changes something, and its values.
public struct Command: Sendable {
  public let sql: StaticString
  public let values: [Value]

  public init(_ sql: StaticString, _ values: [Value]) {
    self.sql = sql
    self.values = values
  }
}

extension Connection {
  /// One by one, where there is no way to go.
  public func executeAll(_ commands: [Command]) throws(Refusal) {
    for command in commands { try execute(command.sql, command.values) }
  }
}
