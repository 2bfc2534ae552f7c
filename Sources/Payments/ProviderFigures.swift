// How it goes with Xendit, for monitoring.

import Service
import XenditAPI

extension Provider {
  /// Adds the calls by operation and outcome, and what each gate thinks of Xendit.
  public func add(
    to metrics: inout Metrics, gates: [(name: String, invoicing: Invoicing)]
  ) {
    let totals = client.figures.totals
    func labels(_ total: CallFigures.Total) -> [(String, String)] {
      [("operation", total.operation.rawValue), ("outcome", total.outcome.rawValue)]
    }
    metrics.family(
      "dompet_xendit_calls_total", .counter, "Calls on Xendit that were made.",
      totals.map { (labels($0), .whole($0.calls)) })
    metrics.family(
      "dompet_xendit_call_seconds_total", .counter, "How long those calls took in all.",
      totals.map { (labels($0), .seconds(nanoseconds: $0.nanoseconds)) })
    metrics.family(
      "dompet_xendit_breaker_open", .gauge,
      "1 while Xendit failed so often that only probes are let through.",
      gates.map { ([("gate", $0.name)], .whole($0.invoicing.gate.isBroken ? 1 : 0)) })
  }
}
