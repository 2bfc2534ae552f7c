// Statements about users.

import Domain
import Storage

/// The people who have a wallet.
public enum Users {
  /// What a login needs to know of a user.
  public struct Credentials: Sendable {
    public let user: User
    /// A PHC string (`$argon2id$…`) or an imported `$2b$…`.
    public let passwordHash: String
    public let isActive: Bool
  }

  /// Whether the e-mail address or the user name belongs to somebody.
  public static func isTaken(
    email: Email, username: Username, in db: any Connection
  ) throws(Refusal) -> Bool {
    let found = try db.query(
      "SELECT 1 FROM users WHERE email = $1 UNION ALL SELECT 1 FROM users WHERE username = $2",
      [.text(email.text), .text(username.text)]
    ) { _ in true }
    return !found.isEmpty
  }

  /// Inserts a user.
  /// - Throws: `.conflict` if the e-mail address or the user name is taken.
  public static func insert(
    _ user: User, passwordHash: String, in db: any Connection
  ) throws(Refusal) {
    let inserted = try db.query(
      """
      INSERT INTO users (id, email, username, name, password_hash, role, created_at, updated_at)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $7)
      ON CONFLICT DO NOTHING RETURNING id
      """,
      [
        .text(user.id.text), .text(user.email.text), .text(user.username.text),
        .optional(user.name?.text), .text(passwordHash), .text(user.role.rawValue),
        .integer(user.createdAt.microseconds),
      ]
    ) { _ in true }
    guard !inserted.isEmpty else { throw .conflict(detail: taken) }
  }

  /// What a 409 says; it does not tell which of the two.
  public static let taken = "The e-mail address or the user name is taken."

  /// The user of this name, disabled ones too.
  public static func find(
    username: Username, in db: any Connection
  ) throws(Refusal) -> Credentials? {
    try db.first(
      """
      SELECT id, email, username, name, role, created_at, password_hash, is_active
      FROM users WHERE username = $1
      """,
      [.text(username.text)], credentials)
  }

  /// The user who has this name or this id, disabled ones too.
  public static func find(
    nameOrID: String, in db: any Connection
  ) throws(Refusal) -> Credentials? {
    try db.first(
      """
      SELECT id, email, username, name, role, created_at, password_hash, is_active
      FROM users WHERE username = $1 OR id = $2
      """,
      [.optional((try? Username(nameOrID))?.text), .text(nameOrID)], credentials)
  }

  /// The highest cost of all imported bcrypt hashes; nil if there is none.
  public static func bcryptCostMax(in db: any Connection) throws(Refusal) -> Int? {
    try db.first(
      """
      SELECT substr(password_hash, 5, 2) AS cost FROM users
      WHERE password_hash >= '$2' AND password_hash < '$3' ORDER BY cost DESC LIMIT 1
      """, []
    ) { row throws(Refusal) in Int(try row.text(0)) } ?? nil
  }

  /// The wallet of the user who has this name or this id.
  public static func wallet(
    ofUser nameOrID: String, in db: any Connection
  ) throws(Refusal) -> Identifier? {
    let name = (try? Username(nameOrID))?.text
    return try db.first(
      """
      SELECT w.id FROM users AS u JOIN wallets AS w ON w.user_id = u.id
      WHERE u.username = $1 OR u.id = $2
      """,
      [.optional(name), .text(nameOrID)]
    ) { row throws(Refusal) in try row.identifier(0) }
  }

  /// Replaces an outdated hash, if it is still the one that was verified.
  public static func rehash(
    _ user: Identifier, from old: String, to new: String, in db: any Connection
  ) throws(Refusal) {
    try db.execute(
      "UPDATE users SET password_hash = $3 WHERE id = $1 AND password_hash = $2",
      [.text(user.text), .text(old), .text(new)])
  }

  /// Sets a new password.
  /// - Parameter old: the hash that is replaced, or nil for any.
  /// - Returns: false, and nothing is set, if the user is disabled or the hash is another by now.
  public static func setPassword(
    of user: Identifier, from old: String?, to new: String, at now: Timestamp,
    in db: any Connection
  ) throws(Refusal) -> Bool {
    try db.execute(
      """
      UPDATE users
      SET password_hash = $3, updated_at = CASE WHEN updated_at > $4 THEN updated_at ELSE $4 END
      WHERE id = $1 AND is_active = 1 AND password_hash = coalesce($2, password_hash)
      """,
      [.text(user.text), .optional(old), .text(new), .integer(now.microseconds)]) == 1
  }

  /// Sets or removes what the user wants to be called.
  /// - Returns: the user, or nil if there is none of this id.
  public static func setName(
    of user: Identifier, to name: PersonName?, at now: Timestamp, in db: any Connection
  ) throws(Refusal) -> User? {
    try db.first(
      """
      UPDATE users
      SET name = $2, updated_at = CASE WHEN updated_at > $3 THEN updated_at ELSE $3 END
      WHERE id = $1
      RETURNING id, email, username, name, role, created_at
      """,
      [.text(user.text), .optional(name?.text), .integer(now.microseconds)]
    ) { row throws(Refusal) in try self.user(row) }
  }

  /// A user from the first six columns of a row.
  static func user(_ row: borrowing Row) throws(Refusal) -> User {
    User(
      id: try row.identifier(0),
      email: try row.parsed(1) { raw throws(Invalid) in try Email(raw) },
      username: try row.parsed(2) { raw throws(Invalid) in try Username(raw) },
      name: try row.optionalText(3).flatMap { try? PersonName.parse($0) },
      role: try row.parsed(4) { Role(rawValue: $0) },
      createdAt: try row.timestamp(5))
  }

  private static func credentials(_ row: borrowing Row) throws(Refusal) -> Credentials {
    Credentials(
      user: try user(row), passwordHash: try row.text(6), isActive: try row.integer(7) == 1)
  }
}
