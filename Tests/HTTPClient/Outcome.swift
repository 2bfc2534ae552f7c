// How these tests name the end of an exchange.

import HTTPClient

/// The end of an exchange, with failures reduced to their kind.
enum Outcome: Equatable {
  case response(Int)
  case notSent
  case unknown

  init(
    _ client: HTTPClient, _ request: HTTPRequest, timeoutMilliseconds: Int? = 5000
  ) {
    do throws(HTTPFailure) {
      self = .response(
        try client.send(request, timeoutMilliseconds: timeoutMilliseconds).status)
    } catch {
      switch error {
      case .notSent: self = .notSent
      case .unknown: self = .unknown
      }
    }
  }
}
