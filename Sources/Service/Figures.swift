// What a program counts of itself while it runs, and hands to monitoring.
//
// A request costs one lock of its route's own, held for a few additions. The set of series is
// fixed: routes by our own names, statuses of a closed list.

import Domain
import FastCGI
import Storage
import Synchronization

/// The counts of one process.
public final class Figures: Sendable {
  /// Adds what a program knows besides. It is asked at each look, so it must be cheap.
  public typealias Source = @Sendable (inout Metrics) throws(Refusal) -> Void

  let running = Atomic<Int>(0)
  private let startedAt: Timestamp
  private let events = Mutex([Int64](repeating: 0, count: SecurityEvent.allCases.count))
  private let sources = Mutex<[Source]>([])

  public init(startedAt: Timestamp) {
    self.startedAt = startedAt
  }

  /// Has the source asked at each look.
  public func include(_ source: @escaping Source) {
    sources.withLock { $0.append(source) }
  }

  func count(_ event: SecurityEvent) {
    guard let index = SecurityEvent.allCases.firstIndex(of: event) else { return }
    events.withLock { $0[index] += 1 }
  }

  func add(to metrics: inout Metrics) throws(Refusal) {
    metrics.single(
      "process_start_time_seconds", .gauge, "When the process began, since 1970.",
      .seconds(nanoseconds: startedAt.microseconds * 1000))
    metrics.single(
      "dompet_requests_running", .gauge, "Requests that run now, this one too.",
      .whole(Int64(running.load(ordering: .relaxed))))
    let counts = events.withLock { $0 }
    metrics.family(
      "dompet_security_events_total", .counter, "What the log has at \"event\".",
      zip(SecurityEvent.allCases, counts).map { event, count in
        ([("event", event.rawValue)], .whole(count))
      })
    for source in sources.withLock({ $0 }) { try source(&metrics) }
  }
}

/// How long something took, in a few fixed classes.
struct Durations: Sendable {
  /// From a read out of memory to the longest that nginx waits.
  static let boundsMicroseconds: [Int64] = [
    1000, 5000, 25_000, 100_000, 250_000, 1_000_000, 2_500_000, 5_000_000, 15_000_000,
  ]

  /// One for each bound, and one for what is longer than the last.
  var counts = [Int64](repeating: 0, count: boundsMicroseconds.count + 1)
  var microseconds: Int64 = 0

  mutating func add(_ duration: Int64) {
    let bounds = Durations.boundsMicroseconds
    counts[bounds.firstIndex { duration <= $0 } ?? bounds.count] += 1
    microseconds += duration
  }
}

/// The counts of one route. Sendable because its state is touched only under its lock.
final class RouteFigures: @unchecked Sendable {
  /// Every status that a program answers; the last place is for any other.
  private static let statuses = [
    200, 201, 204, 303, 400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 500, 502, 503,
  ]

  private struct State {
    var answers = [Int64](repeating: 0, count: statuses.count + 1)
    var durations = Durations()
  }

  private let labels: Metrics.Labels
  private let lock = Lock()
  private var state = State()

  init(method: String, route: String) {
    labels = [("route", route), ("method", method)]
  }

  func count(status: Int, microseconds: Int64) {
    let place = Self.statuses.firstIndex(of: status) ?? Self.statuses.count
    lock.locked {
      state.answers[place] += 1
      state.durations.add(microseconds)
    }
  }

  static func add(_ all: [RouteFigures], to metrics: inout Metrics) {
    let states = all.map { route in (route.labels, route.lock.locked { route.state }) }
    metrics.family(
      "dompet_requests_total", .counter, "Requests that were answered. HEAD counts as GET.",
      states.flatMap { labels, state in
        zip(statuses.map(String.init) + ["other"], state.answers).filter { $0.1 > 0 }.map {
          (labels + [("status", $0.0)], .whole($0.1))
        }
      })
    metrics.histogram(
      "dompet_request_duration_seconds", "From the request to its answer, or a stream's begin.",
      states.map { ($0.0, $0.1.durations) })
  }
}

extension StorageFigures {
  func add(to metrics: inout Metrics) {
    func count(_ name: String, _ help: String, _ value: Int64) {
      metrics.single("dompet_store_\(name)", .counter, help, .whole(value))
    }
    count("commits_total", "Transactions that this process made durable.", commits)
    count("writes_total", "Writes in them: a commit carries a group.", committedJobs)
    count("failed_groups_total", "Groups of writes that failed.", failedGroups)
    count(
      "retries_total",
      "Transactions run again after a serialization failure, deadlock or duplicate key.", retries)
    count(
      "reconnects_total", "Connections to the server opened in place of lost ones.", reconnects)
    count("checkpoints_total", "Checkpoints that this process made.", checkpoints)
    count("failed_checkpoints_total", "Checkpoints that failed: on the disk.", failedCheckpoints)
    metrics.single(
      "dompet_store_checkpoint_seconds_total", .counter, "How long the others took in all.",
      .seconds(nanoseconds: checkpointNanoseconds))
    count(
      "lock_entries_total", "How often the lock between the programs was got.", turnstileEntries)
    count("lock_timeouts_total", "How often it was not got in time.", turnstileTimeouts)
    metrics.single(
      "dompet_store_lock_wait_seconds_total", .counter, "How long getting it took in all.",
      .seconds(nanoseconds: turnstileWaitNanoseconds))
    metrics.single(
      "dompet_store_log_bytes", .gauge, "The write-ahead log on the disk.", .whole(logBytes))
  }
}
