// dompet-auth: who somebody is.
//
//   POST /api/v1/auth/register   201 the new user · 400 · 409 taken · 503 busy
//   POST /api/v1/auth/login      200 tokens and the user · 400 · 401 · 503 busy
//
// A request's life: nginx has bounded it and given it an id → `Service/Routes.swift` finds the
// route → the handler reads its body strictly → hashes the password, outside of any transaction →
// writes in one transaction, durable before the answer → answers, or throws a `Refusal`, which
// `Service/Problem.swift` turns into a problem document.

import Passwords
import Service

@main
enum Program {
  static func main() {
    var configuration = Configuration(program: "dompet-auth")
    let settings = configuration.settings(threads: Bounds.workerThreadsOfAuth)
    let keys = configuration.tokenKeys()
    let lifetime = configuration.accessLifetimeSeconds()
    let (own, keysFound, seconds) = configuration.finish(settings, keys, lifetime)

    let passwords = Passwords()
    Service.run(own) { service in
      [
        .post("/api/v1/auth/register", Register(service, passwords).answer),
        .post("/api/v1/auth/login", Login(service, passwords, keysFound, seconds).answer),
      ]
    }
  }
}

extension Configuration {
  /// JWT_ACCESS_EXPIRES_IN: how long an access token is good, in seconds.
  fileprivate mutating func accessLifetimeSeconds() -> Int64? {
    number("JWT_ACCESS_EXPIRES_IN", or: 900, in: 1...86_400)
  }
}
