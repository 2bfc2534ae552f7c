// The part of the audit that holds the provider's events against their digests, and counts them.

import Crypto
import Domain
import Storage

extension Audit {
  /// The body of each event is the one that was received; or it was emptied when it was old, and
  /// only its digest is left.
  mutating func checkEvents(in db: any Connection) throws(Refusal) {
    advance(.events, 0)
    try db.forEach("SELECT id, digest, body, state FROM webhook_events", []) {
      row throws(Refusal) in
      let (digest, body) = (try row.bytes(1), try row.bytes(2))
      let state = try row.parsed(3) { Events.State(rawValue: $0) }
      switch state {
      case .review: counts.eventsInReview += 1
      case .waiting: counts.eventsWaiting += 1
      case .settled, .resolved, .foreign: break
      }
      if Events.isEmptied(body, digest: digest), state != .review, state != .waiting {
        counts.eventsEmptied += 1
      } else if SHA256.hash(body) != digest {
        found("event \(try row.integer(0))", "its body is not what was received")
      }
      counts.events += 1
      advance(.events, counts.events)
    }
  }
}
