// A Xendit without a network: it keeps invoices, and fails where a test wants it to.

import Foundation
import HTTPClient
import Support

final class ScriptedXendit: Sendable {
  typealias Answer = Result<HTTPResponse, HTTPFailure>

  struct State {
    /// In the order of their making: members in JSON, by name.
    var invoices: [[String: String]] = []
    /// What the next calls get instead of an answer.
    var faults: [Answer?] = []
    var losesAnswer = false
    var paysAfterCall = false
    /// The list begins anew with every page.
    var isCircular = false
    /// What every answer says about the rate limit.
    var headers: [(name: String, value: String)] = []
    /// When invoices are made now.
    var now = "2025-06-15T15:06:40.000Z"
    /// Method and path of each call.
    var calls: [String] = []
  }

  let state = Shared(State())

  /// The next calls, so many, are answered with this status.
  func fail(_ status: Int, times: Int = 1, headers: [(name: String, value: String)] = []) {
    let answer = HTTPResponse(status: status, headers: headers, body: Array("{}".utf8))
    state.withLock { $0.faults += Array(repeating: .success(answer), count: times) }
  }

  /// The next call does its work, and its answer is lost.
  func loseAnswer() {
    state.withLock { $0.losesAnswer = true }
  }

  /// The payer pays just after the next call.
  func payAfterNextCall() {
    state.withLock { $0.paysAfterCall = true }
  }

  /// The next calls, so many, meet no fault; what is scripted after this meets later ones.
  func succeed(times: Int) {
    state.withLock { $0.faults += Array(repeating: nil, count: times) }
  }

  /// Changes members of the invoice that was made last, or of the one at this place.
  func edit(_ members: [String: String], at place: Int? = nil) {
    state.withLock { state in
      let place = place ?? state.invoices.count - 1
      state.invoices[place].merge(members) { $1 }
    }
  }

  func pay(at place: Int? = nil) {
    edit(["status": #""PAID""#], at: place)
  }

  /// An invoice that was not made through this client.
  func add(reference: String, status: String = "PENDING", amount: String = "1.5") {
    _ = state.withLock { make(#"{"external_id":"\#(reference)","amount":\#(amount)}"#, &$0) }
    edit(["status": "\"\(status)\""])
  }

  var calls: [String] { state.withLock { $0.calls } }

  @Sendable func send(
    _ request: HTTPRequest, _ timeoutMilliseconds: Int
  ) throws(HTTPFailure) -> HTTPResponse {
    let path = request.url.replacing("https://x", with: "")
    let answer: Answer = state.withLock { state in
      state.calls.append("\(request.method) \(path)")
      defer {
        if state.paysAfterCall { state.invoices[state.invoices.count - 1]["status"] = #""PAID""# }
        state.paysAfterCall = false
      }
      if !state.faults.isEmpty, let fault = state.faults.removeFirst() { return fault }
      let body = work(request.method, path, request.body, &state)
      if state.losesAnswer {
        state.losesAnswer = false
        return .failure(.unknown(evidence: "lost"))
      }
      return .success(HTTPResponse(status: 200, headers: state.headers, body: Array(body.utf8)))
    }
    return try answer.get()
  }

  private func work(
    _ method: String, _ path: String, _ body: [UInt8]?, _ state: inout State
  ) -> String {
    if method == "POST", path == "/v2/invoices" {
      return text(make(String(decoding: body ?? [], as: UTF8.self), &state))
    }
    if let match = path.firstMatch(of: /external_id=(.*)/) {
      return list(state.invoices.filter { $0["external_id"] == "\"\(match.1)\"" })
    }
    if let match = path.firstMatch(of: /created_after=([^&]*)/) {
      let last = path.firstMatch(of: /last_invoice=(.*)/).map { "\"\($0.1)\"" }
      let all = state.invoices.reversed().filter { $0["created"] ?? "" > "\"\(match.1)\"" }
      let place = all.firstIndex { $0["id"] == last && !state.isCircular }
      let start = place.map { $0 + 1 } ?? 0
      return list(Array(all[start...].prefix(50)))
    }
    let id = path.split(separator: "/").first { $0.wholeMatch(of: /[0-9a-f]{24}/) != nil } ?? ""
    guard let place = state.invoices.firstIndex(where: { $0["id"] == "\"\(id)\"" }) else {
      return "{}"
    }
    if path.hasSuffix("/expire!") { state.invoices[place]["status"] = #""EXPIRED""# }
    return text(state.invoices[place])
  }

  private func make(_ body: String, _ state: inout State) -> [String: String] {
    let id = String(UUID().uuidString.lowercased().filter { $0 != "-" }.prefix(24))
    var invoice = [
      "id": "\"\(id)\"", "created": "\"\(state.now)\"", "status": #""PENDING""#,
      "currency": #""IDR""#,
      "invoice_url": #""https://checkout.xendit.co/web/\#(id)""#,
    ]
    for name in ["external_id", "amount", "metadata"] {
      let value = try? Regex(#""\#(name)":(\{[^}]*\}|"[^"]*"|[0-9.]+)"#).firstMatch(in: body)
      invoice[name] = value?[1].substring.map { String($0) }
    }
    state.invoices.append(invoice)
    return invoice
  }

  private func list(_ invoices: [[String: String]]) -> String {
    "[" + invoices.map(text).joined(separator: ",") + "]"
  }

  private func text(_ invoice: [String: String]) -> String {
    "{" + invoice.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",") + "}"
  }
}
