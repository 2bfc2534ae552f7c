// Everything that can keep a request from being done, as one closed list.
//
// `Service/Problem.swift` is the one place that turns a refusal into an HTTP answer.

/// Why a request is not done: what its sender may know, and nothing else. The two cases that
/// carry `evidence` keep it for the log; it never reaches a client.
public enum Refusal: Error, Equatable, Sendable {
  /// The input breaks the contract; all mistakes at once.
  case invalid([Fault])
  /// No valid proof of who is asking.
  case unauthorized(detail: String)
  /// Known, but not allowed.
  case forbidden(detail: String)
  /// There is no such thing, or it belongs to somebody else.
  case notFound
  /// The method is not one of those that the path answers to.
  case methodNotAllowed(allowed: [String])
  /// The balance does not cover it.
  case insufficientFunds
  /// The rules do not let this money go to this user; the sentence is for the sender.
  case transferRefused(detail: String)
  /// It would break a rule that something stored already relies on.
  case conflict(detail: String)
  /// The first request with this idempotency key is still running.
  case requestInProgress
  /// The idempotency key came before with another request.
  case idempotencyKeyReused
  case payloadTooLarge
  /// Too many tries have failed of late.
  case tooManyRequests(retryAfterSeconds: Int)
  case unsupportedMediaType
  /// The payment provider refused for good; `replayed` if it did so when the key came first.
  case providerRefused(replayed: Bool)
  /// The provider's outcome is unknown or it cannot be asked now: ask again, after so many seconds
  /// if that is known.
  case providerUnavailable(evidence: String, retryAfterSeconds: Int? = nil)
  /// The store cannot do it now, or cannot say whether it did: ask again.
  case busy(evidence: String)
  /// Something that must not happen happened.
  case broken(evidence: String)
}
