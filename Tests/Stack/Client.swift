// A person with an account, as the tests of whole stories need one.

import Foundation
import Support

struct Client {
  let stack: Stack
  let password: String
  let token: String
  let refreshToken: String

  /// Registers and logs in.
  init(on stack: Stack) throws {
    self.stack = stack
    let username = "u" + UUID().uuidString.prefix(12).lowercased()
    password = "kuda besar \(UUID().uuidString)"
    let body = #""username":"\#(username)","password":"\#(password)""#
    _ = try HTTP.send(
      "POST", "/api/v1/auth/register", port: stack.port,
      json: #"{"email":"\#(username)@example.com",\#(body)}"#)
    let login = try HTTP.send("POST", "/api/v1/auth/login", port: stack.port, json: "{\(body)}")
    token = login.json["accessToken"] as? String ?? ""
    refreshToken = login.json["refreshToken"] as? String ?? ""
  }

  /// The same person before a stack that was started anew on the same data.
  func moved(to stack: Stack) -> Client {
    Client(stack: stack, password: password, token: token, refreshToken: refreshToken)
  }

  private init(stack: Stack, password: String, token: String, refreshToken: String) {
    self.stack = stack
    self.password = password
    self.token = token
    self.refreshToken = refreshToken
  }

  /// Runs the operator's tool on this stack.
  func dompet(_ arguments: String...) throws -> CommandResult {
    let settings = Stack.environment.merging(stack.settings) { $1 }
    return try runCommand(Checkout.program("dompet"), arguments, environment: settings)
  }

  func get(_ path: String) throws -> HTTPAnswer {
    try HTTP.send("GET", path, port: stack.port, headers: [("Authorization", "Bearer \(token)")])
  }

  func post(_ path: String) throws -> HTTPAnswer {
    try HTTP.send("POST", path, port: stack.port, headers: [("Authorization", "Bearer \(token)")])
  }

  func balance() throws -> String? {
    let answer = try HTTP.send(
      "GET", "/api/v1/wallets/me", port: stack.port, headers: [("Authorization", "Bearer \(token)")]
    )
    return answer.json["balance"] as? String
  }

  func topUp(_ amount: Int, key: String) throws -> HTTPAnswer {
    try HTTP.send(
      "POST", "/api/v1/payments/wallet-top-ups", port: stack.port,
      headers: [("Authorization", "Bearer \(token)"), ("Idempotency-Key", key)],
      json: #"{"amount":\#(amount)}"#)
  }

  /// Has the sandbox pay the invoice; its webhook has been delivered when this returns.
  func pay(_ topUp: HTTPAnswer) throws {
    let url = topUp.json["invoiceUrl"] as? String ?? ""
    let id = url.split(separator: "/").last.map(String.init) ?? ""
    _ = try HTTP.send(
      "POST", "/sandbox/control/invoices/\(id)", port: stack.port,
      json: #"{"status":"PAID","webhook":true}"#)
  }

  /// What whoever has the callback token can send.
  func forgePayment(of topUp: HTTPAnswer) throws -> HTTPAnswer {
    let url = topUp.json["invoiceUrl"] as? String ?? ""
    let id = url.split(separator: "/").last.map(String.init) ?? ""
    let members = [
      "id": id, "external_id": topUp.json["reference"] ?? "", "status": "PAID",
      "amount": Int(topUp.json["amount"] as? String ?? "") ?? 0,
    ]
    let body = try JSONSerialization.data(withJSONObject: members)
    return try HTTP.send(
      "POST", "/api/v1/payments/webhooks/xendit", port: stack.port,
      headers: [("X-Callback-Token", stack.settings["XENDIT_WEBHOOK_TOKEN"] ?? "")],
      json: String(decoding: body, as: UTF8.self))
  }

  /// Changes the invoice at the sandbox without a webhook.
  /// - Parameter more: further members of the call, as the sandbox wants them.
  func settle(_ topUp: HTTPAnswer, _ status: String, _ more: String...) throws {
    let url = topUp.json["invoiceUrl"] as? String ?? ""
    try settle(id: url.split(separator: "/").last.map(String.init) ?? "", status, more)
  }

  func settle(id: String, _ status: String, _ more: [String] = []) throws {
    let members = [#""status":"\#(status)","webhook":false"#] + more
    let answer = try HTTP.send(
      "POST", "/sandbox/control/invoices/\(id)", port: stack.port,
      json: "{\(members.joined(separator: ","))}")
    guard answer.status < 300 else { throw SandboxRefusal(text: answer.text) }
  }

  /// The next call of this kind goes wrong in this way, once.
  func fault(_ call: String, _ mode: String, status: Int = 500) throws {
    try faults(#"{"on":"\#(call)","mode":"\#(mode)","status":\#(status),"times":1}"#)
  }

  /// What goes wrong next, each as the sandbox wants it.
  func faults(_ faults: String...) throws {
    let answer = try HTTP.send(
      "PUT", "/sandbox/control/faults", port: stack.port,
      json: "[\(faults.joined(separator: ","))]")
    guard answer.status < 300 else { throw SandboxRefusal(text: answer.text) }
  }

  /// The truth: every invoice at the sandbox.
  func invoices() throws -> [[String: Any]] {
    let answer = try HTTP.send("GET", "/sandbox/control/invoices", port: stack.port)
    return try JSONSerialization.jsonObject(with: Data(answer.body)) as? [[String: Any]] ?? []
  }
}

/// The sandbox did not understand the test.
struct SandboxRefusal: Error {
  let text: String
}
