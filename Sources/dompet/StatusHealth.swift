// Whether all is well, by the same measures as the alerts of nginx/dompet-alerts.yaml and as dompet
// check: what needs a look is said in words, with what to do.

import Domain
import Ledger

extension Status {
  /// Something that needs a look.
  struct Concern {
    let what: String
    /// A command, or words.
    let advice: String
  }

  /// Empty when all is well.
  var concerns: [Concern] {
    var found: [Concern] = []
    if overview.inReview.count > 0 {
      found.append(
        Concern(
          what: "\(counted(overview.inReview.count, "event")) in review",
          advice: "dompet review"))
    }
    if overview.open.older.count > 0 {
      found.append(
        Concern(
          what: "\(counted(overview.open.older.count, "top-up")) open for more than a day",
          advice: "dompet reconcile"))
    }
    found += tasks.compactMap(concern)
    if let left = files.bytesLeft, left < files.bytesLeftWanted {
      found.append(
        Concern(
          what: "The disk is nearly full: \(files.bytesLeft.bytes) left", advice: "make room"))
    }
    return found
  }

  /// What is wrong with a task; nil if nothing is.
  func concern(_ task: Maintenance.Task) -> Concern? {
    let advice = "dompet \(task.rawValue)"
    guard let entry = entry(task) else {
      return Concern(what: "\(task.title) has never run", advice: advice)
    }
    if at.seconds - entry.doneAt.seconds > task.ageSecondsMax {
      return Concern(what: "\(task.title) is overdue (\(ago(entry.doneAt)))", advice: advice)
    }
    switch task {
    case .verify where Maintenance.findings(in: entry) != 0:
      return Concern(what: "\(task.title) found: \(entry.outcome)", advice: advice)
    case .reconcile where Reconcile.unknown(in: entry.outcome) > 0:
      let count = Reconcile.unknown(in: entry.outcome)
      return Concern(
        what: "Xendit did not answer about \(counted(count, "top-up"))",
        advice: "dompet check")
    default: return nil
    }
  }

  func entry(_ task: Maintenance.Task) -> Maintenance.Entry? {
    maintenance.first { $0.task == task.rawValue }
  }
}

extension Maintenance.Task {
  var title: String { rawValue.withCapital }

  /// Older is overdue. Reconciliation and backup as the alerts have it; pruning runs daily and may
  /// fail once; verifying has no timer, and once a week is what an operator should find time for.
  fileprivate var ageSecondsMax: Int64 {
    switch self {
    case .reconcile: 600
    case .backup: 26 * 3600
    case .prune: 50 * 3600
    case .verify: 8 * 86_400
    }
  }
}

/// `1 event`, `2 events`.
func counted(_ count: Int64, _ noun: String) -> String {
  "\(count.grouped) \(noun)\(count == 1 ? "" : "s")"
}

extension String {
  /// With a capital at its beginning.
  var withCapital: String { prefix(1).uppercased() + dropFirst() }
}
