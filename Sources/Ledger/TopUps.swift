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
    try db.query(
      """
      SELECT id, user_id, wallet_id, reference, amount, status, invoice_id, invoice_url,
        expires_at, lease_until
      FROM wallet_top_ups WHERE user_id = $1 AND idempotency_key = $2
      """,
      [.text(user.text), .text(key.text)], topUp
    ).first
  }

  /// The top-up of this reference, whoever asked for it.
  public static func find(
    reference: TopUpReference, in db: any Connection
  ) throws(Refusal) -> TopUp? {
    try db.query(
      """
      SELECT id, user_id, wallet_id, reference, amount, status, invoice_id, invoice_url,
        expires_at, lease_until
      FROM wallet_top_ups WHERE reference = $1
      """,
      [.text(reference.text)], topUp
    ).first
  }

  /// Inserts a PENDING top-up, leased to its maker.
  public static func insert(
    _ topUp: TopUp, key: IdempotencyKey?, at now: Timestamp, in db: any Connection
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
        .integer(now.microseconds),
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
      UPDATE wallet_top_ups SET lease_until = $2, updated_at = $3
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
  /// - Returns: false if it was PAID already.
  public static func pay(
    _ topUp: Identifier, byInvoice invoiceID: String, at now: Timestamp, in db: any Connection
  ) throws(Refusal) -> Bool {
    try db.execute(
      """
      UPDATE wallet_top_ups
      SET status = 'PAID', paid_at = $2, paid_invoice_id = $3, lease_until = NULL, updated_at = $2
      WHERE id = $1 AND status <> 'PAID'
      """,
      [.text(topUp.text), .integer(now.microseconds), .text(invoiceID)]) == 1
  }

  /// Credited top-ups that nobody has asked the provider about, oldest payment first, at most 100,
  /// with the invoice that was credited.
  public static func unchecked(
    in db: any Connection
  ) throws(Refusal) -> [(topUp: TopUp, invoiceID: String)] {
    try db.query(
      """
      SELECT id, user_id, wallet_id, reference, amount, status, invoice_id, invoice_url,
        expires_at, lease_until, paid_invoice_id
      FROM wallet_top_ups WHERE status = 'PAID' AND checked_at IS NULL
      ORDER BY paid_at LIMIT 100
      """, []
    ) { row throws(Refusal) in (try topUp(row), try row.text(10)) }
  }

  /// Notes that the provider has been asked whether the credited invoice was paid.
  public static func noteCheck(
    of topUp: Identifier, at now: Timestamp, in db: any Connection
  ) throws(Refusal) {
    try db.execute(
      "UPDATE wallet_top_ups SET checked_at = $2 WHERE id = $1",
      [.text(topUp.text), .integer(now.microseconds)])
  }

  /// Open top-ups in the order of their making, at most 100, from after `last` on.
  /// - Parameter due: only those that are due: the older one is, the less often it is asked about
  ///   (again after a tenth of its age).
  public static func open(
    after last: TopUp?, createdAt: Timestamp?, due: Bool, at now: Timestamp, in db: any Connection
  ) throws(Refusal) -> [(topUp: TopUp, createdAt: Timestamp)] {
    try db.query(
      """
      SELECT id, user_id, wallet_id, reference, amount, status, invoice_id, invoice_url,
        expires_at, lease_until, created_at
      FROM wallet_top_ups
      WHERE status = 'PENDING' AND (created_at, id) > ($1, $2)
        AND ($3 = 0 OR looked_at IS NULL OR $4 - looked_at >= ($4 - created_at) / 10)
      ORDER BY created_at, id LIMIT 100
      """,
      [
        .integer(createdAt?.microseconds ?? .min), .text(last?.id.text ?? ""),
        .integer(due ? 1 : 0), .integer(now.microseconds),
      ]
    ) { row throws(Refusal) in (try topUp(row), try row.timestamp(10)) }
  }

  /// Top-ups that ended unpaid and whose invoice may be paid late: those made since then, in the
  /// order of their making, at most 100, from after `last` on.
  public static func ended(
    since begin: Timestamp, after last: TopUp?, due: Bool, at now: Timestamp,
    in db: any Connection
  ) throws(Refusal) -> [TopUp] {
    try db.query(
      """
      SELECT id, user_id, wallet_id, reference, amount, status, invoice_id, invoice_url,
        expires_at, lease_until
      FROM wallet_top_ups
      WHERE id > $1 AND status IN ('EXPIRED', 'FAILED') AND created_at >= $2
        AND (status = 'EXPIRED' OR invoice_id IS NOT NULL)
        AND ($3 = 0 OR looked_at IS NULL OR $4 - looked_at >= ($4 - created_at) / 10)
      ORDER BY id LIMIT 100
      """,
      [
        .text(last?.id.text ?? Identifier.earliest(since: begin)),
        .integer(begin.microseconds), .integer(due ? 1 : 0), .integer(now.microseconds),
      ], topUp)
  }

  /// Notes that the provider has been asked.
  public static func note(
    lookAt topUp: Identifier, at now: Timestamp, in db: any Connection
  ) throws(Refusal) {
    try db.execute(
      "UPDATE wallet_top_ups SET looked_at = $2 WHERE id = $1",
      [.text(topUp.text), .integer(now.microseconds)])
  }

  private static func topUp(_ row: borrowing Row) throws(Refusal) -> TopUp {
    var invoice: InvoiceLink?
    if let id = try row.optionalText(6) {
      invoice = InvoiceLink(
        id: id, url: try row.text(7), expiresAt: try row.optionalTimestamp(8))
    }
    return TopUp(
      id: try row.identifier(0), userID: try row.identifier(1), walletID: try row.identifier(2),
      reference: try row.parsed(3) { TopUpReference($0) }, amount: try row.money(4),
      status: try row.parsed(5) { TopUp.Status(rawValue: $0) }, invoice: invoice,
      leaseUntil: try row.optionalTimestamp(9))
  }
}
