// How a call on Xendit can fail, told apart by what may be concluded from it.

import HTTPClient
import JSON

/// Why there is no invoice. The evidence is for the log: a status, Xendit's error code or
/// libcurl's words; never the key, a body, or something about a person.
public enum XenditFailure: Error, Equatable, Sendable {
  /// Refused for good (400, 404): nothing was done, and asking again will not help.
  case refused(evidence: String)
  /// Refused because of our key, account or address (401, 403, a redirect): nothing was done,
  /// and the operator must look.
  case misconfigured(evidence: String)
  /// Too many requests (429): nothing was done.
  case limited(retryAfterSeconds: Int?)
  /// It may or may not have been done: a time-out, a reset, a 5xx, an answer without sense.
  case unknown(evidence: String)
  /// Xendit works and says something that it does not document (402, 409, 422, …): nobody knows
  /// what it did.
  case unexpected(evidence: String)
  /// Nothing was sent.
  case unavailable(evidence: String)
}

extension XenditFailure {
  /// What the log shall know.
  public var evidence: String {
    switch self {
    case .refused(let evidence), .misconfigured(let evidence), .unknown(let evidence),
      .unexpected(let evidence), .unavailable(let evidence):
      evidence
    case .limited: "429"
    }
  }

  init(_ failure: HTTPFailure) {
    switch failure {
    case .notSent(let evidence): self = .unavailable(evidence: evidence)
    case .unknown(let evidence): self = .unknown(evidence: evidence)
    }
  }

  /// Nil if the response is a success.
  init?(_ response: HTTPResponse) {
    switch response.status {
    case 200..<300:
      return nil
    case 300..<400, 401, 403:
      self = .misconfigured(evidence: XenditFailure.evidence(response))
    case 400, 404:
      self = .refused(evidence: XenditFailure.evidence(response))
    case 429:
      self = .limited(retryAfterSeconds: XenditFailure.retryAfterSeconds(response))
    case 400..<500:
      self = .unexpected(evidence: XenditFailure.evidence(response))
    default:
      self = .unknown(evidence: XenditFailure.evidence(response))
    }
  }

  /// The status, and the error code if there is one that looks like one. The message may quote
  /// what was sent, a person's address too; so it stays out.
  private static func evidence(_ response: HTTPResponse) -> String {
    guard let body = try? JSONValue.parse(response.body), let code = body["error_code"]?.string,
      code.utf8.count <= 64, code.utf8.allSatisfy(isOfErrorCode)
    else { return "\(response.status)" }
    return "\(response.status) \(code)"
  }

  private static func isOfErrorCode(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) || byte == UInt8(ascii: "_")
  }

  /// The reset of a count that is not used up says nothing about this refusal.
  private static func retryAfterSeconds(_ response: HTTPResponse) -> Int? {
    if let seconds = wholeSeconds(response.header("retry-after")) { return seconds }
    let remaining = response.header("rate-limit-remaining").flatMap { Int($0) } ?? 0
    return remaining == 0 ? wholeSeconds(response.header("rate-limit-reset")) : nil
  }
}

/// How many more requests are welcome, from the headers `Rate-Limit-…` of an answer.
public struct RateLimit: Equatable, Sendable {
  public let remaining: Int
  /// Until the count begins anew.
  public let resetSeconds: Int

  init?(_ response: HTTPResponse) {
    guard let remaining = response.header("rate-limit-remaining").flatMap({ Int($0) }),
      remaining >= 0, let seconds = wholeSeconds(response.header("rate-limit-reset"))
    else { return nil }
    self.remaining = remaining
    self.resetSeconds = seconds
  }
}

/// Decimal seconds rounded up; nil for a date, nonsense, or more than a day.
private func wholeSeconds(_ text: String?) -> Int? {
  guard let seconds = text.flatMap({ Double($0) }), (0...86_400).contains(seconds) else {
    return nil
  }
  return Int(seconds.rounded(.up))
}
