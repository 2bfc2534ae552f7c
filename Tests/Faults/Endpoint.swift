// The endpoints that write: how each is asked, what its 2xx promises, and what a repeat must say.

import Foundation
import Programs
import Support

enum Endpoint: String, CaseIterable, Sendable {
  case register, login
  case topUp = "top-up"
  case webhook, transfer

  var program: String {
    switch self {
    case .register, .login: "dompet-auth"
    case .topUp: "dompet-payments"
    case .webhook: "dompet-webhook"
    case .transfer: "dompet-wallets"
    }
  }

  /// A request that nobody has made yet, with the rows that it needs.
  func makeSubject(_ number: Int, in site: Site) throws -> Subject {
    let name = "user\(number)"
    switch self {
    case .register:
      let body = #""username":"\#(name)","password":"\#(Account.password)""#
      return Subject(
        endpoint: self, name: name,
        call: Call(
          "POST", "/api/v1/auth/register", json: #"{"email":"\#(name)@example.com",\#(body)}"#))
    case .login:
      _ = try site.makeAccount(name)
      let body = #"{"username":"\#(name)","password":"\#(Account.password)"}"#
      return Subject(
        endpoint: self, name: name, call: Call("POST", "/api/v1/auth/login", json: body))
    case .topUp:
      let account = try site.makeAccount(name)
      return Subject(
        endpoint: self, name: name,
        call: Call(
          "POST", "/api/v1/payments/wallet-top-ups",
          headers: [account.bearer, ("Idempotency-Key", name)], json: #"{"amount":50000}"#))
    case .webhook:
      let reference = "WTU-20260614-" + String(format: "%016X", number)
      try site.makeTopUp(
        of: try site.makeAccount(name), reference: reference, invoiceID: "invoice-\(name)")
      return Subject(
        endpoint: self, name: name,
        call: Event.paid(invoiceID: "invoice-\(name)", reference: reference))
    case .transfer:
      let account = try site.makeAccount(name)
      _ = try site.makeAccount("payee\(number)")
      try site.fund(account)
      return Subject(
        endpoint: self, name: name,
        call: Call(
          "POST", "/api/v1/wallets/transfers",
          headers: [account.bearer, ("Idempotency-Key", name)],
          json: #"{"to":"payee\#(number)","amount":50000}"#))
    }
  }
}

/// One request, made twice.
struct Subject {
  let endpoint: Endpoint
  let name: String
  let call: Call

  /// What a 2xx answer promises; nil for any other.
  func promise(of answer: Answer) -> Promise? {
    guard (200...299).contains(answer.status) else { return nil }
    switch endpoint {
    case .register: return .user(name)
    case .login: return .session(refreshToken: answer.string("refreshToken") ?? "")
    case .topUp: return .topUp(key: name, reference: answer.string("reference") ?? "")
    case .webhook: return .credit(invoiceID: "invoice-\(name)")
    case .transfer: return .transfer(key: name, reference: answer.string("reference") ?? "")
    }
  }

  /// Whether the request, made again, was answered as it must be.
  func isRight(_ second: Answer, after first: Answer?) -> Bool {
    let wasDone = first.map { (200...299).contains($0.status) } ?? false
    return switch endpoint {
    case .register: second.status == 409 || (second.status == 201 && !wasDone)
    case .login: second.status == 200
    case .topUp, .transfer:
      second.status == 201 && (!wasDone || second.header("idempotent-replayed") == "true")
    case .webhook:
      second.status == 200 && !(wasDone && second.text.contains(#""credited":true"#))
    }
  }

  /// How many rows the request must have made in the end, and the query that counts them.
  var rows: (expected: ClosedRange<Int>, query: String) {
    switch endpoint {
    case .register: (1...1, "SELECT count(*) FROM users WHERE username = '\(name)'")
    case .login:
      // Besides the session that the account came with, one for each login.
      (
        2...3,
        """
        SELECT count(*) FROM sessions JOIN users ON users.id = sessions.user_id
        WHERE username = '\(name)'
        """
      )
    case .topUp:
      (1...1, "SELECT count(*) FROM wallet_top_ups WHERE idempotency_key = '\(name)'")
    case .webhook:
      (
        1...1,
        """
        SELECT count(*) FROM wallet_transactions AS t JOIN wallets AS w ON w.id = t.wallet_id
        WHERE t.invoice_id = 'invoice-\(name)' AND w.balance = 50000
        """
      )
    case .transfer:
      (1...1, "SELECT count(*) FROM transfers WHERE idempotency_key = '\(name)'")
    }
  }
}

extension Site {
  /// Gives an account 50000, as an operator does.
  fileprivate func fund(_ account: Account) throws {
    let result = try runCommand(
      Checkout.program("dompet"), ["adjust", account.id, "50000", "--reason", "a gift"],
      environment: environment.merging(["USER": "ana"]) { $1 })
    guard result.status == 0 else { throw CheckerFailure(message: result.errors) }
  }
}
