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
  case forbidden
  /// There is no such thing, or it belongs to somebody else.
  case notFound
  /// The method is not one of those that the path answers to.
  case methodNotAllowed(allowed: [String])
  /// The balance does not cover it.
  case insufficientFunds
  /// It would break a rule that something stored already relies on.
  case conflict(detail: String)
  /// The first request with this idempotency key is still running.
  case requestInProgress
  /// The idempotency key came before with another request.
  case idempotencyKeyReused
  case payloadTooLarge
  case unsupportedMediaType
  /// The payment provider refused for good; `replayed` if it did so when the key came first.
  case providerRefused(replayed: Bool)
  /// The provider's outcome is unknown or it cannot be asked now: ask again.
  case providerUnavailable(evidence: String)
  /// The store cannot do it now, or cannot say whether it did: ask again.
  case busy(evidence: String)
  /// Something that must not happen happened.
  case broken(evidence: String)
}
