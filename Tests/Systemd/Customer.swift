// A person with an account on the machine, and load.

import Foundation
import Support
import Synchronization
import Testing

struct Customer {
  let machine: Machine
  let token: String

  /// Registers and logs in.
  init(on machine: Machine) throws {
    self.machine = machine
    let username = "u" + UUID().uuidString.prefix(12).lowercased()
    let body = #""username":"\#(username)","password":"kuda besar \#(UUID().uuidString)""#
    let answers = try machine.inside {
      let register = try HTTP.send(
        "POST", "/api/v1/auth/register", port: 80,
        json: #"{"email":"\#(username)@example.com",\#(body)}"#)
      return (register, try HTTP.send("POST", "/api/v1/auth/login", port: 80, json: "{\(body)}"))
    }
    #expect(answers.0.status == 201)
    token = try #require(answers.1.json["accessToken"] as? String, "\(answers.1.text)")
  }

  /// For a thread that is in the machine's network.
  func send(_ method: String, _ path: String, json: String? = nil) throws -> HTTPAnswer {
    let headers = [("Authorization", "Bearer \(token)"), ("Idempotency-Key", UUID().uuidString)]
    guard let json else { return try HTTP.send(method, path, port: 80, headers: headers) }
    return try HTTP.send(method, path, port: 80, headers: headers, json: json)
  }

  /// A request that a program itself answers, and what it says.
  func ask(_ program: String) throws -> (expected: Int, answer: HTTPAnswer) {
    switch program {
    case "auth": (200, try send("GET", "/api/v1/users/me"))
    case "wallets": (200, try send("GET", "/api/v1/wallets/me"))
    case "payments":
      (201, try send("POST", "/api/v1/payments/wallet-top-ups", json: #"{"amount":10000}"#))
    default: (401, try send("POST", "/api/v1/payments/webhooks/xendit", json: "{}"))
    }
  }

  /// Asks a program without a pause, in some threads, as long as `body` runs.
  /// - Returns: how many were answered, and what came instead.
  func load(
    _ program: String, threads: Int = 4, while body: (_ answered: () -> Int) throws -> Void
  ) throws -> (answered: Int, failures: [String]) {
    let tally = Shared((answered: 0, failures: [String](), isOver: false, running: threads))
    for _ in 0..<threads {
      Thread.detachNewThread {
        try? machine.inside {
          while !tally.withLock({ $0.isOver }) { note(Result { try ask(program) }, in: tally) }
        }
        tally.withLock { $0.running -= 1 }
      }
    }
    defer { tally.withLock { $0.isOver = true } }
    try body { tally.withLock { $0.answered } }
    tally.withLock { $0.isOver = true }
    try eventually("the load ends") { tally.withLock { $0.running } == 0 }
    return tally.withLock { ($0.answered, $0.failures) }
  }

  private typealias Tally = (answered: Int, failures: [String], isOver: Bool, running: Int)

  private func note(
    _ result: Result<(expected: Int, answer: HTTPAnswer), any Error>, in tally: Shared<Tally>
  ) {
    tally.withLock {
      switch result {
      case .success(let (expected, answer)) where answer.status == expected: $0.answered += 1
      case .success(let (_, answer)): $0.failures.append("\(answer.status) \(answer.text)")
      case .failure(let error): $0.failures.append("\(error)")
      }
    }
  }
}
