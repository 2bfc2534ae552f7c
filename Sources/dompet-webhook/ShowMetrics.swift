// GET /metrics/webhook: what of the provider's reports waits, and why. For the machine itself.

import Domain
import FastCGI
import Ledger
import Service

struct ShowMetrics: Sendable {
  let service: Service

  /// 200 in Prometheus' text format · 503 busy
  func answer(_ request: borrowing Request) throws(Refusal) -> Response {
    let waiting = try service.database.read { db throws(Refusal) in try Reviews.waiting(in: db) }
    var metrics = Metrics()
    metrics.gauge(
      "dompet_events_waiting", "Events that wait for an operator, or for Xendit's word.",
      by: "reason", waiting.map { (label: $0.reason, value: $0.count) })
    return metrics.response
  }
}
