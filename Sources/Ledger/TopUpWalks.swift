// Statements by which reconciliation walks through the top-ups, a page at a time.

import Domain
import Storage

extension TopUps {
  /// Which top-ups a walk asks about.
  public enum Turn: Sendable {
    /// Those that have not been asked about since this walk began.
    case since(Timestamp)
    /// Those that are due: a top-up is asked about again after a tenth of its age.
    case due

    fileprivate var value: Value {
      switch self {
      case .since(let begin): .integer(begin.microseconds)
      case .due: .null
      }
    }
  }

  /// Open top-ups in the order of their making, from after `last` on. A look that lies in the
  /// future was noted by a clock that was ahead: it does not count.
  public static func open(
    after last: TopUp?, _ turn: Turn, at now: Timestamp, in db: any Connection
  ) throws(Refusal) -> [TopUp] {
    try db.query(
      """
      SELECT id, user_id, wallet_id, reference, amount, status, invoice_id, invoice_url,
        expires_at, lease_until, created_at, paid_at
      FROM wallet_top_ups
      WHERE status = 'PENDING' AND (created_at, id) > ($1, $2)
        AND (looked_at IS NULL OR looked_at > $4 OR looked_at < $3
          OR ($3 IS NULL AND $4 - looked_at >= ($4 - created_at) / 10))
      ORDER BY created_at, id LIMIT 100
      """,
      [
        .integer(last?.createdAt.microseconds ?? .min), .text(last?.id.text ?? ""),
        turn.value, .integer(now.microseconds),
      ], topUp)
  }

  /// Top-ups that ended unpaid and whose invoice may be paid late: those made since then, in the
  /// order of their making, from after `last` on.
  public static func ended(
    since begin: Timestamp, after last: TopUp?, _ turn: Turn, at now: Timestamp,
    in db: any Connection
  ) throws(Refusal) -> [TopUp] {
    try db.query(
      """
      SELECT id, user_id, wallet_id, reference, amount, status, invoice_id, invoice_url,
        expires_at, lease_until, created_at, paid_at
      FROM wallet_top_ups
      WHERE id > $1 AND status IN ('EXPIRED', 'FAILED') AND created_at >= $2
        AND (status = 'EXPIRED' OR invoice_id IS NOT NULL)
        AND (looked_at IS NULL OR looked_at > $4 OR looked_at < $3
          OR ($3 IS NULL AND $4 - looked_at >= ($4 - created_at) / 10))
      ORDER BY id LIMIT 100
      """,
      [
        .text(last?.id.text ?? Identifier.earliest(since: begin)),
        .integer(begin.microseconds), turn.value, .integer(now.microseconds),
      ], topUp)
  }

  /// So long after an answer was lost its invoice may still appear, and be asked about so often.
  private static let appearanceSeconds: Int64 = 1800
  private static let betweenChecksSeconds: Int64 = 300

  /// Credited top-ups that the provider is still to be asked about, oldest payment first, from
  /// after `last` on, with the invoice that was credited.
  public static func unchecked(
    after last: TopUp?, at now: Timestamp, in db: any Connection
  ) throws(Refusal) -> [(topUp: TopUp, invoiceID: String)] {
    try db.query(
      """
      SELECT id, user_id, wallet_id, reference, amount, status, invoice_id, invoice_url,
        expires_at, lease_until, created_at, paid_at, paid_invoice_id
      FROM wallet_top_ups
      WHERE status = 'PAID' AND checked_at IS NULL AND (paid_at, id) > ($1, $2)
        AND (resumed_at IS NULL OR looked_at IS NULL OR looked_at NOT BETWEEN $3 AND $4)
      ORDER BY paid_at, id LIMIT 100
      """,
      [
        .integer(last?.paidAt?.microseconds ?? .min), .text(last?.id.text ?? ""),
        .integer(now.adding(seconds: -betweenChecksSeconds).microseconds),
        .integer(now.microseconds),
      ]
    ) { row throws(Refusal) in (try topUp(row), try row.text(12)) }
  }

  /// Notes that the provider is asked now, unless it was within the last so many seconds.
  /// - Returns: whether it is to be asked.
  public static func takeLook(
    at topUp: Identifier, everySeconds seconds: Int64, now: Timestamp, in db: any Connection
  ) throws(Refusal) -> Bool {
    try db.execute(
      """
      UPDATE wallet_top_ups SET looked_at = $2
      WHERE id = $1 AND (looked_at IS NULL OR looked_at <= $3 OR looked_at > $2)
      """,
      [
        .text(topUp.text), .integer(now.microseconds),
        .integer(now.adding(seconds: -seconds).microseconds),
      ]) == 1
  }

  /// Notes that the provider has been asked how things stand.
  public static func note(
    lookAt topUp: Identifier, at now: Timestamp, in db: any Connection
  ) throws(Refusal) {
    try db.execute(
      "UPDATE wallet_top_ups SET looked_at = $2 WHERE id = $1",
      [.text(topUp.text), .integer(now.microseconds)])
  }

  /// Notes that the provider has been asked whether the credited invoice was paid. Where another
  /// one may still appear it is to be asked again.
  public static func noteCheck(
    of topUp: Identifier, at now: Timestamp, in db: any Connection
  ) throws(Refusal) {
    try db.execute(
      """
      UPDATE wallet_top_ups
      SET looked_at = $2, checked_at = CASE WHEN resumed_at BETWEEN $3 AND $2 THEN NULL ELSE $2 END
      WHERE id = $1
      """,
      [
        .text(topUp.text), .integer(now.microseconds),
        .integer(now.adding(seconds: -appearanceSeconds).microseconds),
      ])
  }
}
