// Statements about the tasks that keep the house in order.

import Domain
import Storage

/// When each task was last done.
public enum Maintenance {
  public enum Task: String, CaseIterable, Sendable {
    case backup, reconcile, prune
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

  /// What has been done at least once.
  public static func list(in db: any Connection) throws(Refusal) -> [Entry] {
    try db.query("SELECT task, done_at, outcome FROM maintenance ORDER BY task", []) {
      row throws(Refusal) in
      Entry(task: try row.text(0), doneAt: try row.timestamp(1), outcome: try row.text(2))
    }
  }
}
