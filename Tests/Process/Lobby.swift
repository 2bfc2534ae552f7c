// The lobby: dompet-auth, and an account that logs in, goes on and leaves.

import Foundation
import Programs
import Support

struct Lobby {
  static let refresh = "/api/v1/auth/refresh"
  static let logout = "/api/v1/auth/logout"
  static let sessions = "/api/v1/auth/sessions"
  static let password = "/api/v1/auth/password"
  static let reset = "/api/v1/auth/password/reset"
  static let me = "/api/v1/users/me"

  let site: Site
  let program: Program
  let account: Account

  init(
    threads: Int = 8, environment: [String: String] = [:],
    passwordHash: String = Account.argon2Hash
  ) throws {
    site = try Site()
    program = try site.start("dompet-auth", threads: threads, environment: environment)
    account = try site.makeAccount(passwordHash: passwordHash)
  }

  func login(
    _ username: String = "budi.santoso", _ password: String = Account.password,
    from address: String = "192.0.2.7"
  ) throws -> Answer {
    try ask("POST", MethodTests.login, ["username": username, "password": password], from: address)
  }

  func refresh(_ token: String) throws -> Answer {
    try ask("POST", Self.refresh, ["refreshToken": token])
  }

  func logout(_ token: String) throws -> Answer {
    try ask("POST", Self.logout, ["refreshToken": token])
  }

  func change(
    _ current: String = Account.password, to new: String, by caller: Account? = nil
  ) throws -> Answer {
    try ask(
      "PUT", Self.password, ["currentPassword": current, "newPassword": new],
      headers: [(caller ?? account).bearer])
  }

  func reset(_ token: String, to new: String) throws -> Answer {
    try ask("POST", Self.reset, ["token": token, "newPassword": new])
  }

  /// Sends members as a JSON object.
  func ask(
    _ method: String, _ path: String, _ members: [String: Any], headers: [(String, String)] = [],
    from address: String = "192.0.2.7"
  ) throws -> Answer {
    let body = try JSONSerialization.data(withJSONObject: members)
    var call = Call(
      method, path, headers: headers, body: Array(body), contentType: "application/json")
    call.replace("REMOTE_ADDR", with: Array(address.utf8))
    return try program.ask(call)
  }

  /// Whether the account's access token opens anything.
  func isIn(_ account: Account? = nil) throws -> Bool {
    try program.get(Self.me, headers: [(account ?? self.account).bearer]).status == 200
  }

  /// The ids of the account's sessions as it sees them.
  func sessionIDs() throws -> [String] {
    let answer = try program.get(Self.sessions, headers: [account.bearer])
    return (answer.json["items"] as? [[String: Any]] ?? []).compactMap { $0["id"] as? String }
  }

  /// Moves what has happened to the sessions into the past.
  func age(seconds: Int) throws {
    let past = "\(seconds)000000"
    try site.sql(
      """
      UPDATE sessions SET rotated_at = rotated_at - \(past), created_at = created_at - \(past),
        last_used_at = last_used_at - \(past), expires_at = expires_at - \(past)
      """)
  }

  /// How many sessions have not been ended.
  func living() throws -> Int {
    try site.number("SELECT count(*) FROM sessions WHERE ended_at IS NULL")
  }
}
