// A person before the whole product, who writes down what was promised.

import Foundation
import Programs
import Support

/// Somebody who registers, logs in and tops up through nginx, patiently.
struct Customer {
  let stack: Stack
  let journal: Journal
  private let username = "c" + UUID().uuidString.lowercased().filter { $0 != "-" }.prefix(20)
  private(set) var token = ""

  init(of stack: Stack, journal: Journal) {
    self.stack = stack
    self.journal = journal
  }

  /// Registers and logs in; asks again until it is done. A register whose answer was lost is a
  /// 409 when it is repeated.
  mutating func join() throws {
    let body = #""username":"\#(username)","password":"kuda besar sekali""#
    let email = #""email":"\#(username)@example.com""#
    let registered = repeatedly { try post("/api/v1/auth/register", "{\(email),\(body)}") }
    if registered?.status == 201 { try journal.record(.user(String(username))) }
    guard let login = repeatedly({ try post("/api/v1/auth/login", "{\(body)}") }) else { return }
    guard login.status == 200 else { throw Refused(answer: login.text) }
    try journal.record(.session(refreshToken: login.json["refreshToken"] as? String ?? ""))
    token = login.json["accessToken"] as? String ?? ""
  }

  /// Asks for a top-up, again and again with the same key, and pays it.
  func topUp() throws {
    let key = UUID().uuidString.lowercased()
    guard let answer = repeatedly({ try askForTopUp(key: key) }) else { return }
    guard answer.status == 201, let reference = answer.json["reference"] as? String else {
      throw Refused(answer: answer.text)
    }
    try journal.record(.topUp(key: key, reference: reference))
    let url = answer.json["invoiceUrl"] as? String ?? ""
    _ = try pay(url.split(separator: "/").last.map { String($0) } ?? "")
  }

  /// One try.
  func askForTopUp(key: String) throws -> HTTPAnswer {
    try HTTP.send(
      "POST", "/api/v1/payments/wallet-top-ups", port: stack.port,
      headers: [("Authorization", "Bearer \(token)"), ("Idempotency-Key", key)],
      json: #"{"amount":50000}"#)
  }

  /// Has the sandbox pay, or say again that it was paid, and notes what its webhook was answered.
  /// - Returns: whether that was a 2xx.
  func pay(_ invoiceID: String) throws -> Bool {
    let answer = try post(
      "/sandbox/control/invoices/\(invoiceID)", #"{"status":"PAID","webhook":true}"#)
    guard answer.json["webhook_answers"] as? [String] == ["200"] else { return false }
    try journal.record(.credit(invoiceID: invoiceID))
    return true
  }

  private func post(_ path: String, _ json: String) throws -> HTTPAnswer {
    try HTTP.send("POST", path, port: stack.port, json: json)
  }

  /// The first answer that is not "later": no answer, 502 to 504, or a request still in progress.
  private func repeatedly(_ ask: () throws -> HTTPAnswer) -> HTTPAnswer? {
    for _ in 0..<1000 {
      if let answer = try? ask(), answer.status < 500, !answer.text.contains("in-progress") {
        return answer
      }
      usleep(50_000)
    }
    return nil
  }
}

struct Refused: Error {
  let answer: String
}
