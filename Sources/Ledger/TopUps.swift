// Statements about top-ups. Every change of state is compare-and-set: its WHERE names the state
// that it leaves, and its result says whether it was still so.

import Domain
import Storage

/// The wishes to put money into a wallet.
public enum TopUps {
  /// The top-up that a user asked for under this key.
  public static func find(
    key: IdempotencyKey, ofUser user: Identifier, in db: any Connection
  ) throws(Refusal) -> TopUp? {
    try db.first(
      """
      SELECT id, user_id, wallet_id, reference, amount, status, invoice_id, invoice_url,
        expires_at, lease_until, created_at, paid_at
      FROM wallet_top_ups WHERE user_id = $1 AND idempotency_key = $2
      """,
      [.text(user.text), .text(key.text)], topUp)
  }

  /// The top-up of this reference, whoever asked for it.
  public static func find(
    reference: TopUpReference, in db: any Connection
  ) throws(Refusal) -> TopUp? {
    try db.first(
      """
      SELECT id, user_id, wallet_id, reference, amount, status, invoice_id, invoice_url,
        expires_at, lease_until, created_at, paid_at
      FROM wallet_top_ups WHERE reference = $1
      """,
      [.text(reference.text)], topUp)
  }

  /// A user's top-up of this id; another's is as good as none.
  public static func find(
    id: String, ofUser user: Identifier, in db: any Connection
  ) throws(Refusal) -> TopUp? {
    try db.first(
      """
      SELECT id, user_id, wallet_id, reference, amount, status, invoice_id, invoice_url,
        expires_at, lease_until, created_at, paid_at
      FROM wallet_top_ups WHERE id = $1 AND user_id = $2
      """,
      [.text(id), .text(user.text)], topUp)
  }

  /// A user's top-ups, newest first, from before `last` on.
  /// - Parameter status: only those that are so; nil for all.
  /// - Returns: at most `limit`, and whether there are more.
  public static func list(
    ofUser user: Identifier, status: TopUp.Status?, before last: Identifier?, limit: Int,
    in db: any Connection
  ) throws(Refusal) -> Page<TopUp> {
    let found = try db.query(
      """
      SELECT id, user_id, wallet_id, reference, amount, status, invoice_id, invoice_url,
        expires_at, lease_until, created_at, paid_at
      FROM wallet_top_ups
      WHERE user_id = $1 AND id < $2 AND status = coalesce($3, status)
      ORDER BY id DESC LIMIT $4
      """,
      [
        .text(user.text), .text(last?.text ?? "~"), .optional(status?.rawValue),
        .integer(Int64(limit) + 1),
      ], topUp)
    return Page(found, limit: limit)
  }

  /// Whether there is such a top-up.
  public static func exists(_ topUp: Identifier, in db: any Connection) throws(Refusal) -> Bool {
    try !db.query("SELECT 1 FROM wallet_top_ups WHERE id = $1", [.text(topUp.text)]) { _ in true }
      .isEmpty
  }

  /// Inserts a PENDING top-up, leased to its maker.
  public static func insert(
    _ topUp: TopUp, key: IdempotencyKey?, in db: any Connection
  ) throws(Refusal) {
    try db.execute(
      """
      INSERT INTO wallet_top_ups
        (id, user_id, wallet_id, reference, idempotency_key, amount, currency, status,
         lease_until, created_at, updated_at)
      VALUES ($1, $2, $3, $4, $5, $6, $7, 'PENDING', $8, $9, $9)
      """,
      [
        .text(topUp.id.text), .text(topUp.userID.text), .text(topUp.walletID.text),
        .text(topUp.reference.text), .optional(key?.text), .integer(topUp.amount.rupiah),
        .text(Money.currency), .optional(topUp.leaseUntil?.microseconds),
        .integer(topUp.createdAt.microseconds),
      ])
  }

  /// Takes the lease of a top-up whose invoice is not known.
  /// A lease that ends after the new one was taken by a clock that was ahead: it does not count.
  /// - Returns: false if somebody else holds it or there is nothing left to do.
  public static func lease(
    _ topUp: Identifier, until end: Timestamp, at now: Timestamp, in db: any Connection
  ) throws(Refusal) -> Bool {
    try db.execute(
      """
      UPDATE wallet_top_ups SET lease_until = $2, resumed_at = $3, updated_at = $3
      WHERE id = $1 AND status IN ('PENDING', 'EXPIRED') AND invoice_id IS NULL
        AND (coalesce(lease_until, 0) <= $3 OR lease_until > $2)
      """,
      [.text(topUp.text), .integer(end.microseconds), .integer(now.microseconds)]) == 1
  }

  /// Gives a lease back: the provider's answer is unknown, whoever comes next may ask again.
  public static func release(
    _ topUp: Identifier, leasedUntil end: Timestamp, in db: any Connection
  ) throws(Refusal) {
    try db.execute(
      "UPDATE wallet_top_ups SET lease_until = NULL WHERE id = $1 AND lease_until = $2",
      [.text(topUp.text), .integer(end.microseconds)])
  }

  /// Stores the invoice of a top-up that has none, whatever its state: it may be PAID by now.
  public static func attach(
    _ invoice: InvoiceLink, to topUp: Identifier, at now: Timestamp, in db: any Connection
  ) throws(Refusal) {
    try db.execute(
      """
      UPDATE wallet_top_ups
      SET invoice_id = $2, invoice_url = $3, expires_at = $4, lease_until = NULL, updated_at = $5
      WHERE id = $1 AND invoice_id IS NULL
      """,
      [
        .text(topUp.text), .text(invoice.id), .text(invoice.url),
        .optional(invoice.expiresAt?.microseconds), .integer(now.microseconds),
      ])
  }

  /// PENDING becomes EXPIRED or FAILED, if it concerns the stored invoice or none is stored.
  public static func close(
    _ topUp: Identifier, as status: TopUp.Status, invoiceID: String?, at now: Timestamp,
    in db: any Connection
  ) throws(Refusal) {
    try db.execute(
      """
      UPDATE wallet_top_ups SET status = $2, lease_until = NULL, updated_at = $3
      WHERE id = $1 AND status = 'PENDING' AND (invoice_id IS NULL OR invoice_id = $4)
      """,
      [
        .text(topUp.text), .text(status.rawValue), .integer(now.microseconds),
        .optional(invoiceID),
      ])
  }

  /// Any state but PAID becomes PAID.
  /// - Parameter late: whether it was paid after its end.
  /// - Returns: false if it was PAID already.
  public static func pay(
    _ topUp: Identifier, byInvoice invoiceID: String, late: Bool, at now: Timestamp,
    in db: any Connection
  ) throws(Refusal) -> Bool {
    try db.execute(
      """
      UPDATE wallet_top_ups
      SET status = 'PAID', paid_at = $2, paid_invoice_id = $3, paid_late = $4,
        lease_until = NULL, updated_at = $2
      WHERE id = $1 AND status <> 'PAID'
      """,
      [
        .text(topUp.text), .integer(now.microseconds), .text(invoiceID), .integer(late ? 1 : 0),
      ]) == 1
  }

  static func topUp(_ row: borrowing Row) throws(Refusal) -> TopUp {
    var invoice: InvoiceLink?
    if let id = try row.optionalText(6) {
      invoice = InvoiceLink(
        id: id, url: try row.text(7), expiresAt: try row.optionalTimestamp(8))
    }
    return TopUp(
      id: try row.identifier(0), userID: try row.identifier(1), walletID: try row.identifier(2),
      reference: try row.parsed(3) { TopUpReference($0) }, amount: try row.money(4),
      status: try row.parsed(5) { TopUp.Status(rawValue: $0) }, invoice: invoice,
      leaseUntil: try row.optionalTimestamp(9), createdAt: try row.timestamp(10),
      paidAt: try row.optionalTimestamp(11))
  }
}
