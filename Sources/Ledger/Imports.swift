// Users from elsewhere, each with a wallet and an opening balance, once.

import Domain
import Storage

/// A user as another system had them.
public struct Newcomer: Equatable, Sendable {
  public let email: Email
  public let username: Username
  public let name: PersonName?
  /// Of a form that a login verifies.
  public let passwordHash: String
  public let role: Role
  public let isActive: Bool
  /// Zero or more.
  public let balance: Money
  public let createdAt: Timestamp

  public init(
    email: Email, username: Username, name: PersonName?, passwordHash: String, role: Role,
    isActive: Bool, balance: Money, createdAt: Timestamp
  ) {
    self.email = email
    self.username = username
    self.name = name
    self.passwordHash = passwordHash
    self.role = role
    self.isActive = isActive
    self.balance = balance
    self.createdAt = createdAt
  }
}

/// The import of users.
public enum Imports {
  /// Names the opening balance of a wallet: a wallet has one.
  private static let openingKey = "opening-balance"

  /// Whether somebody has been imported.
  /// - Returns: false if both names are free; true if just this user came by an import: the same
  ///   e-mail address, user name, time and opening balance. What may have changed since (name,
  ///   password, role, whether they may log in) is not looked at.
  /// - Throws: `.conflict` if somebody else has one of the names, or if the user seems to have come
  ///   before and to be erased; its detail says so.
  public static func isDone(
    _ newcomer: Newcomer, in db: any Connection
  ) throws(Refusal) -> Bool {
    let found = try db.query(
      """
      SELECT u.email, u.username, u.created_at, coalesce(t.amount, 0), EXISTS (
          SELECT 1 FROM operator_acts WHERE subject = u.id AND what = 'import')
      FROM users AS u JOIN wallets AS w ON w.user_id = u.id
        LEFT JOIN wallet_transactions AS t ON t.wallet_id = w.id AND t.type = 'ADJUSTMENT'
          AND t.type <> 'TOP_UP' AND t.reference = 'ADJ-' || $3
      WHERE u.email = $1 OR u.username = $2
      """,
      [.text(newcomer.email.text), .text(newcomer.username.text), .text(openingKey)]
    ) { row throws(Refusal) in
      Known(
        email: try row.text(0), username: try row.text(1), createdAt: try row.timestamp(2),
        balance: try row.money(3), isImported: try row.integer(4) == 1)
    }
    if found.isEmpty {
      try refuseErased(newcomer, in: db)
      return false
    }
    if let detail = found.compactMap({ $0.difference(from: newcomer) }).first {
      throw .conflict(detail: detail)
    }
    return true
  }

  /// Makes the user, the wallet, and the adjustment that gives it its balance, unless it has been
  /// done before.
  /// - Parameters:
  ///   - user: the id of the new user, `wallet` that of the wallet.
  ///   - decision: the reason of the adjustment and of the act.
  /// - Returns: false if it had been done before.
  /// - Throws: as `isDone`.
  public static func add(
    _ newcomer: Newcomer, as user: Identifier, wallet: Identifier, _ decision: Decision,
    at now: Timestamp, in db: any Connection
  ) throws(Refusal) -> Bool {
    if try isDone(newcomer, in: db) { return false }
    try insert(newcomer, as: user, in: db)
    let created = newcomer.createdAt
    try Wallets.insert(
      Wallet(id: wallet, balance: .zero, createdAt: created, updatedAt: created), of: user, in: db)
    try OperatorActs.note(.import, to: user, decision, at: now, in: db)
    if newcomer.balance == .zero { return true }
    guard let key = try? IdempotencyKey(openingKey) else {
      throw .broken(evidence: "\(openingKey) is no key")
    }
    _ = try Adjustments.adjust(
      wallet, by: newcomer.balance, decision, key: key, overdraft: false, at: now, in: db)
    return true
  }

  /// The names of an erased user are gone. But the file that the user once came from may come
  /// again, and must bring back neither the person nor the money.
  private static func refuseErased(
    _ newcomer: Newcomer, in db: any Connection
  ) throws(Refusal) {
    let balances = try db.query(
      """
      SELECT coalesce(t.amount, 0)
      FROM users AS u JOIN wallets AS w ON w.user_id = u.id
        LEFT JOIN wallet_transactions AS t ON t.wallet_id = w.id AND t.type = 'ADJUSTMENT'
          AND t.type <> 'TOP_UP' AND t.reference = 'ADJ-' || $2
      WHERE u.erased_at IS NOT NULL AND u.created_at = $1 AND EXISTS (
        SELECT 1 FROM operator_acts WHERE subject = u.id AND what = 'import')
      """,
      [.integer(newcomer.createdAt.microseconds), .text(openingKey)]
    ) { row throws(Refusal) in try row.money(0) }
    guard !balances.contains(newcomer.balance) else {
      throw .conflict(
        detail: "a user of this created_at and balance was imported and is erased: leave the line "
          + "out, or change its created_at if this is somebody else")
    }
  }

  private static func insert(
    _ newcomer: Newcomer, as user: Identifier, in db: any Connection
  ) throws(Refusal) {
    try db.execute(
      """
      INSERT INTO users (id, email, username, name, password_hash, role, is_active, created_at,
        updated_at)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)
      """,
      [
        .text(user.text), .text(newcomer.email.text), .text(newcomer.username.text),
        .optional(newcomer.name?.text), .text(newcomer.passwordHash),
        .text(newcomer.role.rawValue), .integer(newcomer.isActive ? 1 : 0),
        .integer(newcomer.createdAt.microseconds),
      ])
  }
}

/// Who has the e-mail address or the user name of a newcomer.
private struct Known {
  let email: String
  let username: String
  let createdAt: Timestamp
  let balance: Money
  let isImported: Bool

  /// Nil if it is the newcomer.
  func difference(from newcomer: Newcomer) -> String? {
    if username != newcomer.username.text { return "another user has this e-mail address" }
    if email != newcomer.email.text { return "the user of this name has another e-mail address" }
    if !isImported { return "this user is here already, and did not come by an import" }
    if createdAt != newcomer.createdAt { return "this user came with another created_at" }
    if balance != newcomer.balance { return "this user came with another balance" }
    return nil
  }
}
