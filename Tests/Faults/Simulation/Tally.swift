// How often each thing came to pass. What a long run never reaches is not tested by it.

/// Counts by name, over all episodes of a run.
final class Tally {
  private var counts: [String: Int] = [:]

  init() {
    for name in Tally.expected { counts[name] = 0 }
  }

  func count(_ name: String) { counts[name, default: 0] += 1 }

  /// By name.
  var lines: [(name: String, count: Int)] {
    counts.sorted { $0.key < $1.key }.map { (name: $0.key, count: $0.value) }
  }

  /// Everything that a long run has to reach.
  static let expected: [String] =
    transitions.map { "top-up: \($0)" } + answers.map { "answer: \($0)" }
    + verdicts.map { "event: \($0)" } + decisions.map { "operator: \($0)" }
    + Call.Kind.allCases.flatMap { kind in
      NetworkFault.allCases.filter { $0.befalls(kind) }.map { $0.name(on: kind) }
    }
    + ProgramName.allCases.flatMap { program in
      WriteFault.allCases.filter { $0.befalls(program) }.map { $0.name(in: program) }
    }
    + DeliveryFault.allCases.map(\.name) + Forgery.allCases.map(\.name) + ClockFault.names

  private static let transitions = [
    "none → PENDING", "PENDING gets its invoice", "EXPIRED gets its invoice",
    "PAID gets its invoice", "PENDING → PAID", "PENDING → EXPIRED",
    "PENDING → FAILED", "EXPIRED → PAID", "FAILED → PAID", "surplus invoice expired",
  ]
  private static let answers = [
    "new", "key replayed", "resumed, invoice created", "resumed, invoice adopted",
    "refused by the provider", "refusal replayed", "key with another amount", "in progress",
    "provider unavailable", "never heard", "cancelled",
    "not to be cancelled",
  ]
  private static let verdicts = [
    "credited", "unchanged", "foreign", "unreadable", "unknownReference", "amountUnreadable",
    "amountDiffers", "currencyDiffers", "secondPayment", "invoiceElsewhere", "judgement failed",
    "waiting for confirmation", "confirmed", "not confirmed",
  ]
  private static let decisions = [
    "credited", "dismissed", "conflict", "adjusted", "adjusted before", "insufficient funds",
    "reversed", "reversed before",
  ]
}
