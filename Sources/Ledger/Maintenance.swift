// Statements about the tasks that keep the house in order.

import Domain
import Storage

/// When each task was last done.
public enum Maintenance {
  public enum Task: String, CaseIterable, Sendable {
    case backup, reconcile, prune, verify
  }

  public struct Entry: Equatable, Sendable {
    public let task: String
    public let doneAt: Timestamp
    /// In a few words, for a person.
    public let outcome: String
  }

  /// The task has just been done.
  public static func note(
    _ task: Task, _ outcome: String, at now: Timestamp, in db: any Connection
  ) throws(Refusal) {
    try db.execute(
      """
      INSERT INTO maintenance (task, done_at, outcome) VALUES ($1, $2, $3)
      ON CONFLICT (task) DO UPDATE SET done_at = excluded.done_at, outcome = excluded.outcome
      """,
      [.text(task.rawValue), .integer(now.microseconds), .text(outcome)])
  }

  /// What a verification came to.
  public static func note(
    findings: Int, at now: Timestamp, in db: any Connection
  ) throws(Refusal) {
    try note(.verify, "\(findings) findings", at: now, in: db)
  }

  /// How many findings an entry tells of. One that cannot be read counts as a finding.
  public static func findings(in entry: Entry) -> Int64 {
    entry.outcome.split(separator: " ").first.flatMap { Int64($0) } ?? 1
  }

  /// Writes one row that means nothing, to find out whether writing is possible.
  public static func probe(at now: Timestamp, in db: any Connection) throws(Refusal) {
    try db.execute(
      """
      INSERT INTO maintenance (task, done_at, outcome) VALUES ('probe', $1, '')
      ON CONFLICT (task) DO UPDATE SET done_at = excluded.done_at
      """,
      [.integer(now.microseconds)])
  }

  /// What has been done at least once.
  public static func list(in db: any Connection) throws(Refusal) -> [Entry] {
    try db.query(
      "SELECT task, done_at, outcome FROM maintenance WHERE task <> 'probe' ORDER BY task", []
    ) { row throws(Refusal) in
      Entry(task: try row.text(0), doneAt: try row.timestamp(1), outcome: try row.text(2))
    }
  }
}
