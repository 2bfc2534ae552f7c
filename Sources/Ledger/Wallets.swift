// Statements about wallets and their transactions.

import Domain
import Storage

/// The money, and how it moves.
public enum Wallets {
  /// Makes a user's wallet: empty.
  public static func insert(
    _ wallet: Wallet, of user: Identifier, in db: any Connection
  ) throws(Refusal) {
    try db.execute(
      """
      INSERT INTO wallets (id, user_id, currency, head, created_at, updated_at)
      VALUES ($1, $2, $3, $4, $5, $5)
      """,
      [
        .text(wallet.id.text), .text(user.text), .text(Money.currency), .bytes(Chain.empty),
        .integer(wallet.createdAt.microseconds),
      ])
  }

  /// The wallet of a user.
  public static func find(
    ofUser user: Identifier, in db: any Connection
  ) throws(Refusal) -> Wallet? {
    try db.first(
      "SELECT id, balance, created_at, updated_at FROM wallets WHERE user_id = $1",
      [.text(user.text)], wallet)
  }

  /// The wallet of a user whose session lives; nil if it does not, or the user is not active: the
  /// rule of `Sessions.isAlive`, in the one statement that is asked most often.
  /// - Throws: `.broken` if a user has no wallet.
  public static func find(
    ofUser user: Identifier, session: Identifier, at now: Timestamp, in db: any Connection
  ) throws(Refusal) -> Wallet? {
    try db.first(
      """
      SELECT w.id, w.balance, w.created_at, w.updated_at
      FROM sessions AS s JOIN users AS u ON u.id = s.user_id
        LEFT JOIN wallets AS w ON w.user_id = u.id
      WHERE s.id = $1 AND s.user_id = $2 AND s.ended_at IS NULL AND s.expires_at > $3
        AND u.is_active = 1
      """,
      [.text(session.text), .text(user.text), .integer(now.microseconds)], wallet)
  }

  /// A wallet with its end, by its id or by its user's name or id.
  public static func find(
    idOrUser name: String, in db: any Connection
  ) throws(Refusal) -> (user: Identifier, wallet: Wallet, head: Head)? {
    try db.first(
      """
      SELECT w.user_id, w.id, w.balance, w.created_at, w.updated_at, w.sequence, w.head
      FROM users AS u JOIN wallets AS w ON w.user_id = u.id
      WHERE u.id = coalesce(
        (SELECT user_id FROM wallets WHERE id = $2),
        (SELECT id FROM users WHERE id = $2 OR username = $1))
      """,
      [.optional((try? Username(name))?.text), .text(name)]
    ) { row throws(Refusal) in
      let wallet = Wallet(
        id: try row.identifier(1), balance: try row.money(2), createdAt: try row.timestamp(3),
        updatedAt: try row.timestamp(4))
      return (
        user: try row.identifier(0), wallet: wallet,
        head: Head(wallet: wallet.id, sequence: try row.integer(5), hash: try row.bytes(6))
      )
    }
  }

  /// Whether there is such a wallet.
  public static func exists(_ wallet: Identifier, in db: any Connection) throws(Refusal) -> Bool {
    try chain(of: wallet, in: db) != nil
  }

  /// Appends a transaction and moves the wallet to it; both or neither.
  /// - Parameter overdraft: whether an operator allows the balance to fall below zero.
  /// - Throws: `.insufficientFunds` if the balance would fall below zero; `.broken` if the wallet
  ///   does not exist or the invoice has been credited already.
  @discardableResult
  public static func post(
    _ posting: Posting, overdraft: Bool = false, to wallet: Identifier, at now: Timestamp,
    in db: any Connection
  ) throws(Refusal) -> Transaction {
    try db.serialize(on: [Turn.wallet(wallet)])
    guard let chain = try chain(of: wallet, in: db) else {
      throw .broken(evidence: "wallet \(wallet) does not exist")
    }
    let link = try chain.link(posting, overdraft: overdraft, at: now)
    try append(posting, link, to: wallet, in: db)
    try move(wallet, to: link, mayBeNegative: overdraft || posting.amount > .zero, in: db)
    return Transaction(
      id: TransactionID(wallet: wallet, sequence: link.sequence), posting: posting,
      balanceAfter: link.balanceAfter, createdAt: link.createdAt)
  }

  private static func chain(
    of wallet: Identifier, in db: any Connection
  ) throws(Refusal) -> Chain? {
    try db.first(
      "SELECT sequence, balance, head, updated_at FROM wallets WHERE id = $1",
      [.text(wallet.text)]
    ) { row throws(Refusal) in
      Chain(
        wallet: wallet, sequence: try row.integer(0), balance: try row.money(1),
        head: try row.bytes(2), newestAt: try row.timestamp(3))
    }
  }

  private static func append(
    _ posting: Posting, _ link: Chain.Link, to wallet: Identifier, in db: any Connection
  ) throws(Refusal) {
    try db.execute(
      """
      INSERT INTO wallet_transactions
        (wallet_id, sequence, type, amount, balance_after, description, reference, invoice_id,
         counterparty, created_at, hash)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
      """,
      [
        .text(wallet.text), .integer(link.sequence), .text(posting.kind.rawValue),
        .integer(posting.amount.rupiah), .integer(link.balanceAfter.rupiah),
        .text(posting.description), .optional(posting.reference), .optional(posting.invoiceID),
        .text(posting.counterparty), .integer(link.createdAt.microseconds), .bytes(link.hash),
      ])
  }

  private static func move(
    _ wallet: Identifier, to link: Chain.Link, mayBeNegative: Bool, in db: any Connection
  ) throws(Refusal) {
    let moved = try db.execute(
      """
      UPDATE wallets
      SET balance = $3, may_be_negative = $6, sequence = $2, head = $4, updated_at = $5
      WHERE id = $1 AND sequence = $2 - 1
      """,
      [
        .text(wallet.text), .integer(link.sequence), .integer(link.balanceAfter.rupiah),
        .bytes(link.hash), .integer(link.createdAt.microseconds),
        .integer(mayBeNegative && link.balanceAfter < .zero ? 1 : 0),
      ])
    guard moved == 1 else { throw .broken(evidence: "wallet \(wallet) moved meanwhile") }
  }

  private static func wallet(_ row: borrowing Row) throws(Refusal) -> Wallet {
    Wallet(
      id: try row.identifier(0), balance: try row.money(1), createdAt: try row.timestamp(2),
      updatedAt: try row.timestamp(3))
  }
}
