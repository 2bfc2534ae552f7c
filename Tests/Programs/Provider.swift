// A payment provider over a raw socket: it creates and finds invoices as Xendit does, and fails in
// the ways that a test wants.

import Foundation
import Support

public final class Provider: Sendable {
  /// What happens to one request instead of an answer.
  public enum Fault: Sendable {
    /// Instead of any work.
    case answer(String, body: String = "")
    case reset
    /// The work is done, then the connection is reset.
    case lostAnswer
    /// The work is done; the invoice in the answer is changed by replacing text.
    case edited(String, String)
    /// Nothing is ever answered.
    case silence
  }

  fileprivate struct State {
    var faults: [Fault] = []
    /// The invoices by their external_id, in JSON.
    var invoices: [String: [String]] = [:]
    var isHeld = false
    var held = 0
  }

  private let state: Shared<State>
  private let server: RawServer
  public var url: String { server.url }

  public init() throws {
    let state = Shared(State())
    self.state = state
    server = try RawServer { connection in
      while let request = connection.readRequest() {
        guard serve(request, connection, state) else { return connection.reset() }
      }
    }
  }

  deinit { server.stop() }

  /// How often something was asked for.
  public var creates: Int { server.requests.count { $0.hasPrefix("POST /v2/invoices ") } }
  public var lookUps: Int {
    server.requests.count { $0.hasPrefix("GET /v2/invoices?external_id=WTU-") }
  }
  public var requests: [String] { server.requests }

  /// The next requests meet these, in order.
  public func fail(_ faults: Fault...) {
    state.withLock { $0.faults += faults }
  }

  /// Makes requests wait until `letGo`.
  public func hold() {
    state.withLock { $0.isHeld = true }
  }

  public func letGo() {
    state.withLock { $0.isHeld = false }
  }

  /// Waits until so many requests are held.
  public func awaitHeld(_ count: Int) {
    while state.withLock({ $0.held }) < count { usleep(1000) }
  }

  /// Replaces text in all invoices.
  public func edit(_ text: String, _ replacement: String) {
    state.withLock { state in
      for (reference, invoices) in state.invoices {
        state.invoices[reference] = invoices.map { $0.replacing(text, with: replacement) }
      }
    }
  }
}

/// Answers one request; false if the connection is to be reset.
private func serve(
  _ request: String, _ connection: RawConnection, _ state: Shared<Provider.State>
) -> Bool {
  let fault = state.withLock { $0.faults.isEmpty ? nil : $0.faults.removeFirst() }
  state.withLock { $0.held += 1 }
  while state.withLock({ $0.isHeld }) { usleep(1000) }
  state.withLock { $0.held -= 1 }
  switch fault {
  case .answer(let status, let body): return connection.respond(status, body: body)
  case .reset: return false
  case .silence:
    connection.waitForClose()
    return false
  case .lostAnswer:
    _ = work(request, state)
    return false
  case .edited(let text, let replacement):
    let answer = work(request, state).replacing(text, with: replacement)
    return connection.respond("200 OK", body: answer)
  case nil: return connection.respond("200 OK", body: work(request, state))
  }
}

/// Makes an invoice or looks some up, and gives the answer's body.
private func work(_ request: String, _ state: Shared<Provider.State>) -> String {
  if let match = request.firstMatch(of: /external_id=(?<reference>[^ ]+) HTTP/) {
    let found = state.withLock { $0.invoices[String(match.reference)] ?? [] }
    return "[" + found.joined(separator: ",") + "]"
  }
  let wish = /"external_id":"(?<reference>[^"]+)","amount":(?<amount>\d+)/
  guard let match = request.firstMatch(of: wish) else { return "{}" }
  let id = String(UUID().uuidString.lowercased().filter { $0 != "-" }.prefix(24))
  let invoice = """
    {"id":"\(id)","external_id":"\(match.reference)","amount":\(match.amount),\
    "status":"PENDING","currency":"IDR",\
    "invoice_url":"https://checkout.xendit.co/web/\(id)","expiry_date":"2031-01-01T00:00:00.000Z"}
    """
  let reference = String(match.reference)
  state.withLock { $0.invoices[reference, default: []].append(invoice) }
  return invoice
}
