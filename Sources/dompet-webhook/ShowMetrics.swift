// What waits, and when the tasks were last done: figures that this program adds to its own. All of
// the product's money is seen here, since one program is enough to ask the store.

import Domain
import Ledger
import Service

struct ShowMetrics: Sendable {
  let service: Service

  @Sendable
  func add(to metrics: inout Metrics) throws(Refusal) {
    let now = service.world.now()
    let (reasons, waiting, tasks) = try service.database.read { db throws(Refusal) in
      (try Reviews.waiting(in: db), try Waiting(at: now, in: db), try Maintenance.list(in: db))
    }
    metrics.family(
      "dompet_events_waiting", .gauge, "Events that wait for an operator, or for Xendit's word.",
      reasons.map { ([("reason", $0.reason)], .whole($0.count)) })
    add(waiting, to: &metrics)
    metrics.family(
      "dompet_task_done_timestamp_seconds", .gauge, "When a task was last done, since 1970.",
      tasks.map { ([("task", $0.task)], .seconds(nanoseconds: $0.doneAt.microseconds * 1000)) })
    guard let verified = tasks.first(where: { $0.task == Maintenance.Task.verify.rawValue }) else {
      return
    }
    metrics.single(
      "dompet_ledger_findings", .gauge, "What the last dompet verify found.",
      .whole(Maintenance.findings(in: verified)))
  }

  private func add(_ waiting: Waiting, to metrics: inout Metrics) {
    metrics.single(
      "dompet_uncredited_payments", .gauge, "Reported payments without a credit.",
      .whole(waiting.uncredited.count))
    metrics.single(
      "dompet_uncredited_rupiah", .gauge, "What those payments report.",
      .whole(waiting.uncredited.rupiah))
    metrics.family(
      "dompet_top_ups_open", .gauge, "Open top-ups by age: up to so much, or older.",
      waiting.openTopUps.map { ([("age", $0.age)], .whole($0.count)) })
    metrics.single(
      "dompet_credits_unchecked", .gauge, "Credits that the provider has not confirmed yet.",
      .whole(waiting.uncheckedCredits))
  }
}
