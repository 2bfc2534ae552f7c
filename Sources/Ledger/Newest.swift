// How far a database goes: what a restored one does not know of came later.

import Domain
import Storage

/// The newest moment that a database speaks of.
public enum Newest {
  /// nil in a database that nobody has used.
  public static func moment(in db: any Connection) throws(Refusal) -> Timestamp? {
    let moments = try db.query(
      """
      SELECT max(updated_at) FROM wallets
      UNION ALL SELECT max(updated_at) FROM wallet_top_ups
      UNION ALL SELECT max(received_at) FROM webhook_events
      UNION ALL SELECT max(last_used_at) FROM sessions
      """, []
    ) { row throws(Refusal) in try row.optionalInteger(0) }
    return moments.compactMap(\.self).max().map { Timestamp(microseconds: $0) }
  }
}
