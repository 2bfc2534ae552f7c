// Whoever receives the webhooks: notes them and answers as it is told.

import Foundation
import Support
import Synchronization

final class Shop: Sendable {
  enum Behaviour: Sendable {
    case answers(Int)
    /// Reads and stays silent until the sender gives up.
    case staysSilent
  }

  let url: String
  private let server: RawServer
  private let orders: Orders

  init() throws {
    let orders = Orders()
    server = try RawServer { connection in
      guard connection.readRequest() != nil else { return }
      switch orders.behaviour.withLock({ $0 }) {
      case .answers(let status): connection.respond("\(status) x", headers: ["Connection: close"])
      case .staysSilent: connection.waitForClose()
      }
    }
    self.orders = orders
    url = server.url
  }

  deinit { server.stop() }

  func from(now behaviour: Behaviour) {
    orders.behaviour.withLock { $0 = behaviour }
  }

  /// All webhooks so far, in the order of their arrival.
  var received: [Received] { server.requests.map(Received.init) }

  private final class Orders: Sendable {
    let behaviour = Mutex(Behaviour.answers(200))
  }
}

/// One webhook as it came.
struct Received {
  let head: String
  let body: String

  init(_ request: String) {
    let parts = request.components(separatedBy: "\r\n\r\n")
    head = parts[0]
    body = parts.dropFirst().joined(separator: "\r\n\r\n")
  }

  func header(_ name: String) -> String? {
    head.components(separatedBy: "\r\n").first { $0.lowercased().hasPrefix("\(name): ") }
      .map { String($0.dropFirst(name.count + 2)) }
  }

  var json: [String: Any] {
    (try? JSONSerialization.jsonObject(with: Data(body.utf8))) as? [String: Any] ?? [:]
  }

  var status: String? { json["status"] as? String }
}
