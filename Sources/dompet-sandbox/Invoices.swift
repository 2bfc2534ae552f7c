// Every statement about invoices. What expires is marked when it is looked at, in
// `expireWhatIsDue`, so no statement here compares expiry with the clock but that one.

import Domain
import Storage

/// What a list is narrowed to; nil means that it is not.
struct InvoiceFilter: Sendable {
  var externalID: String?
  /// Statuses in quotes, one after the other: `"PAID""SETTLED"`.
  var quotedStatuses: String?
  var createdAfter: Timestamp?
  var createdBefore: Timestamp?
  var paidAfter: Timestamp?
  var paidBefore: Timestamp?
  var expiresAfter: Timestamp?
  var expiresBefore: Timestamp?
  var lastInvoice: String?
  var limit: Int64 = 10
}

extension Connection {
  func insert(_ invoice: Invoice) throws(Refusal) {
    try execute(
      """
      INSERT INTO invoices (id, external_id, status, amount, currency, request,
        created_at, updated_at, expires_at)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
      """,
      [
        .text(invoice.id), .text(invoice.externalID), .text(invoice.status.rawValue),
        .text(invoice.amount), .text(invoice.currency), .bytes(invoice.request),
        .moment(invoice.created), .moment(invoice.updated), .moment(invoice.expires),
      ])
  }

  func invoice(_ id: String, at now: Timestamp) throws(Refusal) -> Invoice? {
    try first(
      "SELECT * FROM invoices WHERE id = $1 AND created_at <= $2",
      [.text(id), .moment(now)], Invoice.init)
  }

  func hasInvoice(externalID: String) throws(Refusal) -> Bool {
    try !query(
      "SELECT * FROM invoices WHERE external_id = $1 LIMIT 1", [.text(externalID)], Invoice.init
    ).isEmpty
  }

  func allInvoices() throws(Refusal) -> [Invoice] {
    try query("SELECT * FROM invoices ORDER BY sequence", [], Invoice.init)
  }

  /// Newest first. The two halves let SQLite use the index on external_id when one is given.
  func invoices(_ filter: InvoiceFilter, until now: Timestamp) throws(Refusal) -> [Invoice] {
    try query(
      """
      SELECT * FROM (
        SELECT * FROM invoices WHERE $10 IS NULL
        UNION ALL SELECT * FROM invoices WHERE external_id = $10)
      WHERE created_at <= $1
        AND ($2 IS NULL OR instr($2, '"' || status || '"') > 0)
        AND ($3 IS NULL OR created_at > $3) AND ($4 IS NULL OR created_at < $4)
        AND ($5 IS NULL OR paid_at > $5) AND ($6 IS NULL OR paid_at < $6)
        AND ($7 IS NULL OR expires_at > $7) AND ($8 IS NULL OR expires_at < $8)
        AND ($9 IS NULL OR (created_at, sequence) <
          (SELECT created_at, sequence FROM invoices WHERE id = $9))
      ORDER BY created_at DESC, sequence DESC LIMIT $11
      """,
      [
        .moment(now), .optional(filter.quotedStatuses),
        .moment(filter.createdAfter), .moment(filter.createdBefore),
        .moment(filter.paidAfter), .moment(filter.paidBefore),
        .moment(filter.expiresAfter), .moment(filter.expiresBefore),
        .optional(filter.lastInvoice), .optional(filter.externalID), .integer(filter.limit),
      ], Invoice.init)
  }

  func hasInvoiceDue(at now: Timestamp) throws(Refusal) -> Bool {
    try !query(
      "SELECT 1 FROM invoices WHERE status = 'PENDING' AND expires_at <= $1 LIMIT 1",
      [.moment(now)]
    ) { _ throws(Refusal) in true }.isEmpty
  }

  func expireDue(at now: Timestamp) throws(Refusal) -> [Invoice] {
    try query(
      """
      UPDATE invoices SET status = 'EXPIRED', updated_at = expires_at
      WHERE status = 'PENDING' AND expires_at <= $1 RETURNING *
      """, [.moment(now)], Invoice.init)
  }

  /// Expires an invoice that is still open, now or later; nil if there is none such.
  func expire(
    _ id: String, after milliseconds: Int64, at now: Timestamp
  ) throws(Refusal) -> Invoice? {
    try first(
      """
      UPDATE invoices SET updated_at = $2,
        status = CASE WHEN $3 > $2 THEN status ELSE 'EXPIRED' END,
        expires_at = CASE WHEN $3 > $2 THEN $3 ELSE expires_at END
      WHERE id = $1 AND status = 'PENDING' AND created_at <= $2 RETURNING *
      """,
      [.text(id), .moment(now), .moment(now.adding(milliseconds: milliseconds))], Invoice.init)
  }

  /// Moves an invoice as the control interface may: a paid one stays paid, an expired one may
  /// still be paid. nil if it may not, or there is none.
  func set(_ change: StatusChange, on id: String, at now: Timestamp) throws(Refusal) -> Invoice? {
    try first(
      """
      UPDATE invoices SET status = $2, updated_at = $3, currency = ifnull($5, currency),
        paid_at = CASE WHEN $2 = 'EXPIRED' THEN NULL ELSE ifnull(paid_at, $3) END,
        paid_amount = CASE WHEN $2 = 'EXPIRED' THEN NULL
          ELSE coalesce($4, paid_amount, amount) END,
        payment_channel = ifnull($6, payment_channel)
      WHERE id = $1 AND ($2 = 'SETTLED'
        OR ($2 = 'PAID' AND status <> 'SETTLED')
        OR ($2 = 'EXPIRED' AND status IN ('PENDING', 'EXPIRED')))
      RETURNING *
      """,
      [
        .text(id), .text(change.status.rawValue), .moment(now),
        .optional(change.paidAmount), .optional(change.currency),
        .optional(change.channel?.code),
      ], Invoice.init)
  }

  /// A payment that failed: the invoice stays open, and nothing of it changes for the shop.
  func failPayment(
    of id: String, by channel: PaymentChannel?, at now: Timestamp
  ) throws(Refusal) {
    try execute(
      """
      UPDATE invoices SET failed_at = $2, payment_channel = ifnull($3, payment_channel)
      WHERE id = $1 AND status = 'PENDING' AND created_at <= $2
      """,
      [.text(id), .moment(now), .optional(channel?.code)])
  }
}

extension Value {
  static func moment(_ time: Timestamp?) -> Value {
    time.map { .integer($0.microseconds) } ?? .null
  }
}

extension Timestamp {
  func adding(milliseconds: Int64) -> Timestamp {
    let (sum, isTooLate) = microseconds.addingReportingOverflow(
      milliseconds.multipliedReportingOverflow(by: 1000).partialValue)
    return Timestamp(microseconds: isTooLate ? .max : sum)
  }
}

extension Invoice {
  /// A row of the table, its columns in their order.
  fileprivate init(_ row: borrowing Row) throws(Refusal) {
    id = try row.text(1)
    externalID = try row.text(2)
    status = Status(rawValue: try row.text(3)) ?? .pending
    amount = try row.text(4)
    currency = try row.text(5)
    request = try row.bytes(6)
    created = Timestamp(microseconds: try row.integer(7))
    updated = Timestamp(microseconds: try row.integer(8))
    expires = Timestamp(microseconds: try row.integer(9))
    if let paidAt = try row.optionalInteger(10), let paid = try row.optionalText(11) {
      payment = Payment(paidAt: Timestamp(microseconds: paidAt), amount: paid)
    }
    chosenChannel = try row.optionalText(12).flatMap(PaymentChannel.init(code:))
    failedAt = try row.optionalInteger(13).map(Timestamp.init(microseconds:))
  }
}
