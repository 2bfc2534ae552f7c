// Statements about users as an operator sees them: all of them, disabled and erased ones too.

import Domain
import Storage

/// A user as an operator sees them. The texts are as they are stored: those of an erased user are
/// no e-mail address and no user name.
public struct Person: Equatable, Sendable {
  public let id: Identifier
  public let email: String
  public let username: String
  public let name: String?
  public let role: Role
  public let isActive: Bool
  public let createdAt: Timestamp
  public let erasedAt: Timestamp?

  /// In one word.
  public var state: String { erasedAt != nil ? "erased" : isActive ? "active" : "disabled" }
}

/// The people, before an operator.
public enum People {
  /// Which users somebody asks for.
  public struct Filter: Equatable, Sendable {
    /// Nil for all.
    public let role: Role?
    public let onlyDisabled: Bool
    /// Stands in the e-mail address, the user name or the name, in small or capital letters of
    /// ASCII; nil for all.
    public let text: String?

    public init(role: Role? = nil, onlyDisabled: Bool = false, text: String? = nil) {
      self.role = role
      self.onlyDisabled = onlyDisabled
      self.text = text
    }
  }

  /// Users in the order of their registration.
  /// - Parameter last: the last one that was seen, or nil to begin with the oldest.
  public static func list(
    _ filter: Filter, after last: Identifier?, limit: Int, in db: any Connection
  ) throws(Refusal) -> Page<Person> {
    let found = try db.query(
      """
      SELECT id, email, username, name, role, is_active, created_at, erased_at FROM users
      WHERE id > $1 AND role = coalesce($2, role) AND ($3 = 0 OR is_active = 0)
        AND ($4 = '' OR replace(email, $4, '') <> email OR replace(username, $4, '') <> username
          OR replace(lower(name), $4, '') <> lower(name))
      ORDER BY id LIMIT $5
      """,
      [
        .text(last?.text ?? ""), .optional(filter.role?.rawValue),
        .integer(filter.onlyDisabled ? 1 : 0), .text(filter.text?.asciiLowercased ?? ""),
        .integer(Int64(limit) + 1),
      ], person)
    return Page(found, limit: limit)
  }

  /// The user who has this name or this id.
  public static func find(
    nameOrID: String, in db: any Connection
  ) throws(Refusal) -> Person? {
    try db.first(
      """
      SELECT id, email, username, name, role, is_active, created_at, erased_at FROM users
      WHERE username = $1 OR id = $2
      """,
      [.optional((try? Username(nameOrID))?.text), .text(nameOrID)], person)
  }

  /// Lets a user in no longer: sessions and tokens end, and nobody can send them money. What they
  /// have stays theirs.
  /// - Returns: false if it was so before: nothing was done now.
  public static func disable(
    _ user: Identifier, _ decision: Decision, at now: Timestamp, in db: any Connection
  ) throws(Refusal) -> Bool {
    try db.serialize(on: [Turn.user(user)])
    let changed = try db.execute(
      """
      UPDATE users
      SET is_active = 0, updated_at = CASE WHEN updated_at > $2 THEN updated_at ELSE $2 END
      WHERE id = $1 AND is_active = 1
      """, [.text(user.text), .integer(now.microseconds)])
    guard changed == 1 else { return false }
    try leave(user, at: now, in: db)
    try OperatorActs.note(.disable, to: user, decision, at: now, in: db)
    return true
  }

  /// Lets a user in again.
  /// - Returns: false if it was so before: nothing was done now.
  /// - Throws: `.conflict` if the user is erased.
  public static func enable(
    _ user: Identifier, _ decision: Decision, at now: Timestamp, in db: any Connection
  ) throws(Refusal) -> Bool {
    try db.serialize(on: [Turn.user(user)])
    try refuseErased(user, in: db)
    let changed = try db.execute(
      """
      UPDATE users
      SET is_active = 1, updated_at = CASE WHEN updated_at > $2 THEN updated_at ELSE $2 END
      WHERE id = $1 AND is_active = 0
      """, [.text(user.text), .integer(now.microseconds)])
    guard changed == 1 else { return false }
    try OperatorActs.note(.enable, to: user, decision, at: now, in: db)
    return true
  }

  /// Gives a user another role. The sessions end, since their tokens name the old one.
  /// - Returns: false if it was so before: nothing was done now.
  /// - Throws: `.conflict` if the user is erased.
  public static func setRole(
    of user: Identifier, to role: Role, _ decision: Decision, at now: Timestamp,
    in db: any Connection
  ) throws(Refusal) -> Bool {
    try db.serialize(on: [Turn.user(user)])
    try refuseErased(user, in: db)
    let changed = try db.execute(
      """
      UPDATE users
      SET role = $3, updated_at = CASE WHEN updated_at > $2 THEN updated_at ELSE $2 END
      WHERE id = $1 AND role <> $3
      """, [.text(user.text), .integer(now.microseconds), .text(role.rawValue)])
    guard changed == 1 else { return false }
    try Sessions.endAll(of: user, at: now, in: db)
    let deed = role == .admin ? OperatorActs.Deed.makeAdmin : .makeUser
    try OperatorActs.note(deed, to: user, decision, at: now, in: db)
    return true
  }

  /// Sets a new password, in an operator's name; sessions and tokens end.
  /// - Throws: `.conflict` if the user is disabled.
  public static func setPassword(
    of user: Identifier, to hash: String, _ decision: Decision, at now: Timestamp,
    in db: any Connection
  ) throws(Refusal) {
    try db.serialize(on: [Turn.user(user)])
    guard try Users.setPassword(of: user, from: nil, to: hash, at: now, in: db) else {
      throw .conflict(detail: "the user is disabled.")
    }
    try leave(user, at: now, in: db)
    try OperatorActs.note(.password, to: user, decision, at: now, in: db)
  }

  static func leave(
    _ user: Identifier, at now: Timestamp, in db: any Connection
  ) throws(Refusal) {
    try Sessions.endAll(of: user, at: now, in: db)
    try PasswordResets.endAll(of: user, at: now, in: db)
  }

  private static func refuseErased(
    _ user: Identifier, in db: any Connection
  ) throws(Refusal) {
    if try find(nameOrID: user.text, in: db)?.erasedAt != nil {
      throw .conflict(detail: "the user is erased.")
    }
  }

  private static func person(_ row: borrowing Row) throws(Refusal) -> Person {
    Person(
      id: try row.identifier(0), email: try row.text(1), username: try row.text(2),
      name: try row.optionalText(3), role: try row.parsed(4) { Role(rawValue: $0) },
      isActive: try row.integer(5) == 1, createdAt: try row.timestamp(6),
      erasedAt: try row.optionalTimestamp(7))
  }
}
