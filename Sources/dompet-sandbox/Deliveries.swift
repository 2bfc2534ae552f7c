// Every statement about webhooks, and the answers of those sent at once.

import Domain
import JSON
import Storage
import Synchronization

extension Connection {
  /// Stores a webhook that somebody sends until `due`, or from then on whoever looks for due ones.
  func enqueue(_ webhook: Webhook, due: Timestamp) throws(Refusal) -> Delivery {
    let ids = try query(
      """
      INSERT INTO deliveries (invoice_id, webhook_id, body, tries, due_at)
      VALUES ($1, $2, $3, 0, $4) RETURNING id
      """,
      [.text(webhook.invoiceID), .text(webhook.webhookID), .bytes(webhook.body), .moment(due)]
    ) { row throws(Refusal) in try row.integer(0) }
    return Delivery(id: ids.first ?? 0, webhook: webhook, tries: 0)
  }

  func hasDeliveryDue(at now: Timestamp) throws(Refusal) -> Bool {
    try !query("SELECT 1 FROM deliveries WHERE due_at <= $1 LIMIT 1", [.moment(now)]) {
      _ throws(Refusal) in true
    }.isEmpty
  }

  /// Takes up to 16 that are due, so that nobody else sends them before `until`.
  func claimDue(at now: Timestamp, until: Timestamp) throws(Refusal) -> [Delivery] {
    try query(
      """
      UPDATE deliveries SET due_at = $2
      WHERE id IN (SELECT id FROM deliveries WHERE due_at <= $1 ORDER BY due_at LIMIT 16)
      RETURNING id, invoice_id, webhook_id, body, tries
      """,
      [.moment(now), .moment(until)]
    ) { row throws(Refusal) in
      let webhook = Webhook(
        invoiceID: try row.text(1), webhookID: try row.text(2), body: try row.bytes(3))
      return Delivery(
        id: try row.integer(0), webhook: webhook, tries: Int(try row.integer(4)))
    }
  }

  func record(
    _ delivery: Int64, tries: Int, due: Timestamp?, answer: String
  ) throws(Refusal) {
    try execute(
      "UPDATE deliveries SET tries = $2, due_at = $3, answer = $4 WHERE id = $1",
      [.integer(delivery), .integer(Int64(tries)), .moment(due), .text(answer)])
  }

  func deliveryRecords() throws(Refusal) -> [DeliveryRecord] {
    try query(
      "SELECT invoice_id, webhook_id, tries, answer, due_at FROM deliveries ORDER BY id", []
    ) { row throws(Refusal) in
      DeliveryRecord(
        invoiceID: try row.text(0), webhookID: try row.text(1), tries: try row.integer(2),
        answer: try row.optionalText(3),
        due: try row.optionalInteger(4).map(Timestamp.init(microseconds:)))
    }
  }
}

/// What is known of a webhook's delivery.
struct DeliveryRecord: Sendable {
  let invoiceID: String
  let webhookID: String
  let tries: Int64
  let answer: String?
  let due: Timestamp?

  func write(_ writer: inout JSONWriter) {
    writer.member("invoice_id", invoiceID)
    writer.member("webhook_id", webhookID)
    writer.member("tries", tries)
    writer.member("answer", answer)
    writer.member("next_try", due?.rfc3339)
  }
}

/// Where threads that send at once put what they were answered.
final class Answers: Sendable {
  private let texts: Mutex<[String]>

  init(count: Int) {
    texts = Mutex(Array(repeating: "", count: count))
  }

  func set(_ index: Int, _ text: String) {
    texts.withLock { $0[index] = text }
  }

  var all: [String] {
    texts.withLock { $0 }
  }
}
