// Somebody with an account.

import Foundation
import Support

struct Person: Sendable {
  let username: String
  let password: String
  let token: String
  let refreshToken: String
  let port: UInt16

  /// One on the shared stack.
  static let shared: Result<Person, any Error> = Result { try Person(on: Stack.shared.get()) }

  /// Registers and logs in.
  init(on stack: Stack) throws {
    port = stack.port
    username = "u" + UUID().uuidString.prefix(12).lowercased()
    password = "kuda besar \(UUID().uuidString)"
    let proof = #""username":"\#(username)","password":"\#(password)""#
    _ = try HTTP.send(
      "POST", "/api/v1/auth/register", port: port,
      json: #"{"email":"\#(username)@example.com",\#(proof)}"#)
    let login = try HTTP.send("POST", "/api/v1/auth/login", port: port, json: "{\(proof)}")
    token = login.json["accessToken"] as? String ?? ""
    refreshToken = login.json["refreshToken"] as? String ?? ""
  }

  func send(_ method: String, _ path: String, json: String? = nil, key: String? = nil) throws
    -> HTTPAnswer
  {
    var headers = [("Authorization", "Bearer \(token)")]
    if let key { headers.append(("Idempotency-Key", key)) }
    guard let json else { return try HTTP.send(method, path, port: port, headers: headers) }
    return try HTTP.send(method, path, port: port, headers: headers, json: json)
  }
}
