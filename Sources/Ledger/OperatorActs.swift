// Statements about what operators did to people. Rows are only ever added.

import Domain
import Storage

/// An operator's act on a user.
public struct OperatorAct: Equatable, Sendable {
  public let at: Timestamp
  public let operatorName: String
  /// The command, such as `disable` or `role ADMIN`.
  public let what: String
  public let reason: String
}

/// The journal of operators' acts.
public enum OperatorActs {
  /// What can be done to a user, as the table says it.
  enum Deed: String {
    case disable, enable, password, reset, erase, `import`
    case makeUser = "role USER"
    case makeAdmin = "role ADMIN"
  }

  /// Notes an act, in the transaction that does it.
  static func note(
    _ deed: Deed, to user: Identifier, _ decision: Decision, at now: Timestamp,
    in db: any Connection
  ) throws(Refusal) {
    try db.execute(
      """
      INSERT INTO operator_acts (at, operator, what, subject, reason) VALUES ($1, $2, $3, $4, $5)
      """,
      [
        .integer(now.microseconds), .text(decision.name.text), .text(deed.rawValue),
        .text(user.text),
        .text(decision.reason.text),
      ])
  }

  /// What was done to a user, newest first.
  public static func list(
    of user: Identifier, limit: Int, in db: any Connection
  ) throws(Refusal) -> [OperatorAct] {
    try db.query(
      """
      SELECT at, operator, what, reason FROM operator_acts
      WHERE subject = $1 ORDER BY id DESC LIMIT $2
      """,
      [.text(user.text), .integer(Int64(limit))]
    ) { row throws(Refusal) in
      OperatorAct(
        at: try row.timestamp(0), operatorName: try row.text(1), what: try row.text(2),
        reason: try row.text(3))
    }
  }
}
