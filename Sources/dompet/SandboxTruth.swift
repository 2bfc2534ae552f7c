// What the sandbox says of all its invoices, asked at its control call. Xendit has no such call;
// the sandbox answers only its own machine.

import Domain
import HTTPClient
import JSON
import Xendit

/// The sandbox's side of the comparison.
enum SandboxTruth {
  /// Why there is none, for the person who asked.
  struct Failure: Error {
    let text: String
  }

  /// - Parameter url: where the sandbox is, as in XENDIT_BASE_URL; or the nginx before it.
  static func fetch(from url: String) throws(Failure) -> [Event] {
    let base = url.hasSuffix("/") ? String(url.dropLast()) : url
    let isWhole = base.hasSuffix("/sandbox")
    let address = base + (isWhole ? "" : "/sandbox") + "/control/invoices"
    do {
      let answer = try client.send(HTTPRequest(method: "GET", url: address))
      guard answer.status == 200 else {
        throw Failure(text: "\(address) answers \(answer.status). \(advice)")
      }
      return try read(answer.body)
    } catch let failure as Failure {
      throw failure
    } catch {
      throw Failure(text: "\(address) cannot be asked: \(error). \(advice)")
    }
  }

  private static let advice = "Give the URL of a running sandbox, as in XENDIT_BASE_URL."

  /// 64 MB are some 50 000 invoices.
  private static var client: HTTPClient {
    var limits = HTTPLimits()
    limits.bodyBytesMax = 67_108_864
    limits.totalSeconds = 60
    return HTTPClient(limits: limits)
  }

  private static func read(_ body: [UInt8]) throws -> [Event] {
    guard let invoices = try JSONValue.parse(body).array else {
      throw Failure(text: "the answer is no array of invoices. \(advice)")
    }
    return try invoices.map { try Event(xendit: $0) }
  }
}
