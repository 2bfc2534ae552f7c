// Webhooks, by Xendit's rules: any 2XX within 30 s is a delivery; after a failure come six retries,
// 15 min, 1 h, 3 h, 6 h, 12 h and 24 h after the try before, divided by SANDBOX_TIME_SCALE; a
// time-out is not tried again (unless `retry_timeouts` is on). They are stored before they are
// sent, so a restart forgets none.

import Crypto
import Domain
import HTTPClient
import Storage

/// For how long a stored webhook is left to whoever is about to send it.
let leaseSeconds: Int64 = 90

private let retryMilliseconds: [Int64] = [15, 60, 180, 360, 720, 1440].map { $0 * 60_000 }

/// One event, the same in each copy and at each try.
struct Webhook: Sendable {
  let invoiceID: String
  let webhookID: String
  let body: [UInt8]
}

struct Delivery: Sendable {
  let id: Int64
  let webhook: Webhook
  let tries: Int
}

extension Invoice {
  func webhook(_ switches: Switches) -> Webhook {
    Webhook(
      invoiceID: id, webhookID: Hex.encode(randomBytes(16)),
      body: webhookBody(expiredPaymentFields: switches.expiredPaymentFields))
  }
}

func webhookLimits() -> HTTPLimits {
  var limits = HTTPLimits()
  limits.totalSeconds = 30
  return limits
}

/// What became of one try.
private enum Outcome {
  case answered(Int)
  case timedOut
  case failed(String)
  case postponed(milliseconds: Int64)

  var name: String {
    switch self {
    case .answered(let status): String(status)
    case .timedOut: "time-out"
    case .failed(let evidence): evidence
    case .postponed: "late"
    }
  }
}

extension Sandbox {
  /// Tries each once, all at once, and says what they were met by: a status, `time-out`, `late` or
  /// why nothing could be sent.
  func deliver(_ deliveries: [Delivery]) -> [String] {
    let answers = Answers(count: deliveries.count)
    atOnce(deliveries.count) { index in
      answers.set(index, self.attempt(deliveries[index]))
    }
    return answers.all
  }

  /// The body of the thread that sends what is due, retries for the most part.
  func deliverForEver() {
    while true {
      do throws(Refusal) {
        let now = currentTime()
        try expireWhatIsDue(at: now)
        let due = try claimDue(at: now)
        if !due.isEmpty { _ = deliver(due) }
      } catch {
        writeLog("webhooks wait: \(error)")
      }
      pause(milliseconds: 100)
    }
  }

  private func claimDue(at now: Timestamp) throws(Refusal) -> [Delivery] {
    let isDue = try database.read { db throws(Refusal) in try db.hasDeliveryDue(at: now) }
    guard isDue else { return [] }
    return try database.write { db throws(Refusal) in
      try db.claimDue(at: now, until: now.adding(seconds: leaseSeconds))
    }
  }

  private func attempt(_ delivery: Delivery) -> String {
    let outcome = send(delivery.webhook, takeFault(.webhook))
    let isLate = if case .postponed = outcome { true } else { false }
    let tries = delivery.tries + (isLate ? 0 : 1)
    let due = wait(after: outcome, tries: tries).map(currentTime().adding(milliseconds:))
    do throws(Refusal) {
      try database.write { db throws(Refusal) in
        try db.record(delivery.id, tries: tries, due: due, answer: outcome.name)
      }
    } catch {
      writeLog("a webhook's try is not recorded and will be repeated: \(error)")
    }
    return outcome.name
  }

  /// How long until the next try; nil if there is none.
  private func wait(after outcome: Outcome, tries: Int) -> Int64? {
    switch outcome {
    case .answered(200..<300): return nil
    case .timedOut where !currentSwitches.retryTimeouts: return nil
    case .postponed(let milliseconds): return milliseconds
    default:
      guard retryMilliseconds.indices.contains(tries - 1) else { return nil }
      return retryMilliseconds[tries - 1] / settings.timeScale
    }
  }

  private func send(_ webhook: Webhook, _ fault: FaultRule?) -> Outcome {
    switch fault?.mode {
    case .reset: return .failed("reset")
    case .late: return .postponed(milliseconds: fault?.milliseconds ?? 0)
    case .slow: pause(milliseconds: fault?.milliseconds ?? 0)
    default: break
    }
    let body = fault.map { $0.spoil(webhook.body, padding: 2 << 20) } ?? webhook.body
    let outcome = post(body, webhookID: webhook.webhookID)
    switch fault?.mode {
    case .lostAnswer: return .timedOut
    case .status: return .answered(fault?.status ?? 500)
    default: return outcome
    }
  }

  private func post(_ body: [UInt8], webhookID: String) -> Outcome {
    let switches = currentSwitches
    var headers = [
      ("content-type", "application/json"), ("x-callback-token", settings.webhookToken),
    ]
    if switches.webhookIDHeader { headers.append(("webhook-id", webhookID)) }
    let request = HTTPRequest(
      method: "POST", url: settings.webhookURL, headers: headers, body: body)
    let timeout = switches.webhookTimeoutSeconds * 1000
    let start = ContinuousClock.now
    do throws(HTTPFailure) {
      return .answered(try client.send(request, timeoutMilliseconds: Int(timeout)).status)
    } catch {
      let isTimeout = ContinuousClock.now - start >= .milliseconds(timeout)
      return isTimeout ? .timedOut : .failed(error.evidence)
    }
  }
}

extension HTTPFailure {
  fileprivate var evidence: String {
    switch self {
    case .notSent(let evidence), .unknown(let evidence): evidence
    }
  }
}
