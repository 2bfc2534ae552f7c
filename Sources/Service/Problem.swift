// The one place that turns a refusal into an answer: a problem document (RFC 9457).

import Domain
import FastCGI
import JSON

/// What a client is told of a refusal.
struct Problem {
  let status: Int
  /// The last part of `urn:dompet:problem:…`.
  let name: String
  let title: String
  let detail: String
  var faults: [Fault] = []
  var headers: [(name: String, value: String)] = []

  /// The document as an answer.
  func response(requestID: String) -> Response {
    var writer = JSONWriter()
    writer.object { problem in
      problem.member("type", "urn:dompet:problem:\(name)")
      problem.member("title", title)
      problem.member("status", Int64(status))
      problem.member("detail", detail)
      problem.member("requestId", requestID)
      if !faults.isEmpty {
        problem.member(
          "errors",
          array: { errors in
            for fault in faults { errors.element(object: { $0.write(fault) }) }
          })
      }
    }
    return Response(
      status: status, headers: [("Content-Type", "application/problem+json")] + headers,
      body: writer.bytes)
  }
}

extension JSONWriter {
  fileprivate mutating func write(_ fault: Fault) {
    member("pointer", fault.pointer)
    member("detail", fault.detail)
  }
}

extension Problem {
  init(_ refusal: Refusal) {
    switch refusal {
    case .invalid(let faults):
      self = .init(
        400, "invalid-request", "The request is not valid", "See errors for each mistake.")
      self.faults = faults
    case .unauthorized(let detail):
      self = .init(401, "unauthorized", "Who is asking is not proven", detail)
      headers = [("WWW-Authenticate", "Bearer")]
    case .forbidden(let detail):
      self = .init(403, "forbidden", "Not allowed", detail)
    case .notFound:
      self = .init(404, "not-found", "Not found", "There is nothing here.")
    case .methodNotAllowed(let allowed):
      let list = allowed.joined(separator: ", ")
      self = .init(405, "method-not-allowed", "Method not allowed", "Allowed are: \(list).")
      headers = [("Allow", list)]
    case .conflict(let detail):
      self = .init(409, "conflict", "Conflict with what is stored", detail)
    case .requestInProgress, .idempotencyKeyReused:
      self = .ofIdempotency(refusal)
    case .payloadTooLarge:
      self = .init(
        413, "payload-too-large", "The body is too large",
        "At most \(Bounds.bodyBytesMax) bytes are read.")
    case .unsupportedMediaType:
      self = .init(
        415, "unsupported-media-type", "The body's media type is not supported",
        "Send application/json in UTF-8.")
    case .insufficientFunds:
      self = .init(
        422, "insufficient-funds", "Not enough money", "The balance does not cover the amount.")
    case .transferRefused(let detail):
      self = .init(422, "transfer-refused", "The transfer is refused", detail)
    case .broken:
      self = .init(500, "internal", "Something went wrong on our side", "It has been recorded.")
    case .tooManyRequests, .providerRefused, .providerUnavailable, .busy:
      self = .ofAvailability(refusal)
    }
  }

  private static func ofIdempotency(_ refusal: Refusal) -> Problem {
    if refusal == .idempotencyKeyReused {
      return .init(
        422, "idempotency-key-reused", "The Idempotency-Key has been used",
        "It came before with another request. Use a new key for a new request.")
    }
    return .init(
      409, "request-in-progress", "The request is still running",
      "The first request with this Idempotency-Key has not ended. Ask again."
    ).retryLater
  }

  private static func ofAvailability(_ refusal: Refusal) -> Problem {
    switch refusal {
    case .tooManyRequests(let seconds):
      var problem = Problem(
        429, "too-many-requests", "Too many requests",
        "Too many tries have failed. Retry-After says how long to wait.")
      problem.headers = [("Retry-After", String(seconds))]
      return problem
    case .providerRefused(let replayed):
      var problem = Problem(
        502, "provider-refused", "The payment provider refused",
        "No invoice was made. Repeating the request will not help.")
      if replayed { problem.headers = [("Idempotent-Replayed", "true")] }
      return problem
    case .providerUnavailable(_, let seconds):
      return .init(
        503, "provider-unavailable", "The payment provider cannot be asked now",
        "Nothing is lost. If you sent an Idempotency-Key, repeat the request with the same one."
      ).retry(afterSeconds: seconds)
    default:
      return .init(
        503, "busy", "The service is busy", "It may or may not have been done. Ask again."
      ).retryLater
    }
  }

  private var retryLater: Problem { retry(afterSeconds: nil) }

  private func retry(afterSeconds seconds: Int?) -> Problem {
    var problem = self
    problem.headers.append(("Retry-After", String(max(seconds ?? 0, Bounds.retryAfterSeconds))))
    return problem
  }

  private init(_ status: Int, _ name: String, _ title: String, _ detail: String) {
    self.init(status: status, name: name, title: title, detail: detail)
  }
}
