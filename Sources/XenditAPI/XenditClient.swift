// The five calls on Xendit's invoices that a top-up needs. An outcome is either known or it is
// said to be unknown; nothing is ever guessed.

import Domain
import HTTPClient
import JSON
import Synchronization
import Xendit

/// Xendit's invoice API (https://docs.xendit.co/apidocs), for any number of threads.
///
/// Every call ends within its deadline, and within the client's limits.
public final class XenditClient: Sendable {
  public let figures = CallFigures()
  private let baseURL: String
  private let secretKey: String
  private let send: Send
  private let latestRateLimit = Mutex<RateLimit?>(nil)

  /// Makes one HTTP exchange, within so many milliseconds.
  public typealias Send =
    @Sendable (HTTPRequest, _ timeoutMilliseconds: Int) throws(HTTPFailure) -> HTTPResponse

  /// - Parameter baseURL: `https://api.xendit.co`, or that of a stand-in.
  public init(baseURL: String, secretKey: String, send: @escaping Send) {
    self.baseURL = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
    self.secretKey = secretKey
    self.send = send
  }

  /// What the latest answer said about how many more requests are welcome.
  public var rateLimit: RateLimit? {
    latestRateLimit.withLock { $0 }
  }

  /// Creates an invoice. Xendit knows no idempotency key for this: two calls are two invoices.
  public func create(
    _ request: InvoiceRequest, withinMilliseconds milliseconds: Int
  ) throws(XenditFailure) -> Invoice {
    let answer = try ask(.create, "POST", "/v2/invoices", body: request.json, milliseconds)
    let invoice = try read(answer)
    guard invoice.reference == request.reference.text else {
      throw .unknown(evidence: "the answer is about another reference")
    }
    return invoice
  }

  /// All invoices that bear the reference, in the order of the answer; usually none or one.
  public func find(
    reference: TopUpReference, withinMilliseconds milliseconds: Int
  ) throws(XenditFailure) -> [Invoice] {
    let path = "/v2/invoices?external_id=\(reference.text)"
    guard let elements = try ask(.find, "GET", path, milliseconds).array else {
      throw .unknown(evidence: "the answer is no array")
    }
    var invoices: [Invoice] = []
    for element in elements where element["external_id"]?.string == reference.text {
      invoices.append(try read(element))
    }
    return invoices
  }

  /// A page of the list of all invoices of the account, newest first.
  ///
  /// - Parameters:
  ///   - since: only those made after this moment.
  ///   - last: the `lastID` of the page before.
  public func list(
    since: Timestamp, after last: String?, withinMilliseconds milliseconds: Int
  ) throws(XenditFailure) -> InvoicePage {
    let start = last.map { "&last_invoice=\(percentEncoded($0))" } ?? ""
    let path =
      "/v2/invoices?created_after=\(since.rfc3339)&limit=\(InvoicePage.invoicesMax)\(start)"
    guard let elements = try ask(.list, "GET", path, milliseconds).array else {
      throw .unknown(evidence: "the answer is no array")
    }
    return try InvoicePage(elements, after: last)
  }

  /// Whether Xendit takes the key: it is asked for the newest invoice, which is not looked at.
  public func probe(withinMilliseconds milliseconds: Int) throws(XenditFailure) {
    _ = try ask(.list, "GET", "/v2/invoices?limit=1", milliseconds)
  }

  /// The invoice as it is now.
  public func get(
    id: String, withinMilliseconds milliseconds: Int
  ) throws(XenditFailure) -> Invoice {
    try read(try ask(.get, "GET", "/v2/invoices/\(percentEncoded(id))", milliseconds), about: id)
  }

  /// Expires an open invoice, so that it can no longer be paid. One that is not open (any more)
  /// is `.refused`.
  public func expire(
    id: String, withinMilliseconds milliseconds: Int
  ) throws(XenditFailure) -> Invoice {
    let path = "/invoices/\(percentEncoded(id))/expire!"
    return try read(try ask(.expire, "POST", path, milliseconds), about: id)
  }

  private func ask(
    _ operation: CallFigures.Operation, _ method: String, _ path: String, body: [UInt8]? = nil,
    _ milliseconds: Int
  ) throws(XenditFailure) -> JSONValue {
    let begin = ContinuousClock.now
    do throws(XenditFailure) {
      let answer = try exchange(method, path, body: body, milliseconds)
      figures.note(operation, nil, took: begin.duration(to: .now))
      return answer
    } catch {
      figures.note(operation, error, took: begin.duration(to: .now))
      throw error
    }
  }

  private func exchange(
    _ method: String, _ path: String, body: [UInt8]?, _ milliseconds: Int
  ) throws(XenditFailure) -> JSONValue {
    let request = HTTPRequest(
      method: method, url: baseURL + path,
      headers: body == nil ? [] : [(name: "Content-Type", value: "application/json")],
      body: body, user: secretKey)
    let response: HTTPResponse
    do throws(HTTPFailure) {
      response = try send(request, milliseconds)
    } catch {
      throw XenditFailure(error)
    }
    if let rateLimit = RateLimit(response) { latestRateLimit.withLock { $0 = rateLimit } }
    if let failure = XenditFailure(response) { throw failure }
    do throws(JSONSyntaxError) {
      return try JSONValue.parse(response.body)
    } catch {
      throw .unknown(evidence: "\(response.status) without readable JSON")
    }
  }

  private func read(
    _ json: JSONValue, about id: String? = nil
  ) throws(XenditFailure) -> Invoice {
    do throws(Invalid) {
      let invoice = try Invoice(json)
      guard id == nil || invoice.id == id else { throw Invalid("is about another invoice") }
      return invoice
    } catch {
      throw .unknown(evidence: "the answer \(error.detail)")
    }
  }

  /// One segment of a path: all but RFC 3986's unreserved characters as `%XX`.
  private func percentEncoded(_ text: String) -> String {
    text.utf8.map { byte in
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
        UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "_"):
        String(UnicodeScalar(byte))
      default: (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
      }
    }.joined()
  }
}
