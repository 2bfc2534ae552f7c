// Xendit's rate limit: so many calls in a minute, told in three headers with every answer.

import Domain
import FastCGI

struct RateLimit: Sendable {
  private var windowStart = Timestamp(microseconds: 0)
  private var used: Int64 = 0

  /// Counts one call in the minute that began with the first one after the last minute.
  mutating func count(at now: Timestamp, perMinute limit: Int64) -> Rate {
    let elapsed = now.seconds - windowStart.seconds
    if elapsed < 0 || elapsed >= 60 {
      windowStart = now
      used = 0
    }
    used += 1
    let milliseconds = (windowStart.adding(seconds: 60).microseconds - now.microseconds) / 1000
    return Rate(
      isWithin: used <= limit, limit: limit, remaining: max(0, limit - used),
      resetMilliseconds: max(0, milliseconds))
  }
}

struct Rate: Sendable {
  let isWithin: Bool
  let limit: Int64
  let remaining: Int64
  let resetMilliseconds: Int64

  func decorate(_ response: Response) -> Response {
    var response = response
    response.headers.append(("Rate-Limit-Limit", String(limit)))
    response.headers.append(("Rate-Limit-Remaining", String(remaining)))
    response.headers.append(("Rate-Limit-Reset", "\(Double(resetMilliseconds) / 1000)"))
    return response
  }
}
