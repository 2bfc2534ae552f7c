// dompet-auth: who somebody is.
//
//   POST   /api/v1/auth/register         201 the new user · 400 · 409 taken · 503 busy
//   POST   /api/v1/auth/login            200 tokens and the user · 400 · 401 · 429 · 503 busy
//   POST   /api/v1/auth/refresh          200 new tokens and the user · 400 · 401
//   POST   /api/v1/auth/logout           204 · 400
//   GET    /api/v1/auth/sessions         200 the caller's that live, newest first · 400 · 401
//   DELETE /api/v1/auth/sessions/{id}    204 · 401 · 404
//   PUT    /api/v1/auth/password         204 · 400 · 401 · 403 the current one is wrong · 429 · 503
//   POST   /api/v1/auth/password/reset   204 · 400 · 503 busy
//   GET    /api/v1/users/me              200 the caller · 401
//   PATCH  /api/v1/users/me              200 the caller, renamed · 400 · 401
//
// A request's life: nginx has bounded it and given it an id → `Service/Routes.swift` finds the
// route → the handler reads its body strictly → hashes the password, outside of any transaction →
// writes in one transaction, durable before the answer → answers, or throws a `Refusal`, which
// `Service/Problem.swift` turns into a problem document.

import Domain
import Passwords
import Service

@main
enum Program {
  static func main() {
    var configuration = Configuration(program: "dompet-auth")
    let settings = configuration.settings(threads: Bounds.workerThreadsOfAuth)
    let keys = configuration.tokenKeys()
    let access = configuration.accessLifetimeSeconds()
    let session = configuration.sessionLifetime()
    let (own, keysFound, accessSeconds, lifetime) = configuration.finish(
      settings, keys, access, session)

    let passwords = Passwords(workers: own.threads)
    Service.run(own) { service in
      service.figures.include { metrics in passwords.add(to: &metrics) }
      let bearer = Bearer(keys: keysFound, service: service)
      let grants = Grants(service, keysFound, accessSeconds)
      let limit = GuessLimit(service.world)
      let sessions = MySessions(service, bearer)
      let profile = MyProfile(service, bearer)
      let change = ChangePassword(service, bearer, passwords, limit)
      let auth = "/api/v1/auth"
      return [
        Route(.post, auth + "/register", Register(service, passwords).answer),
        Route(.post, auth + "/login", Login(service, passwords, limit, grants, lifetime).answer),
        Route(.post, auth + "/refresh", Refresh(service, grants, lifetime).answer),
        Route(.post, auth + "/logout", Logout(service).answer),
        Route(.get, auth + "/sessions", sessions.list),
        Route(.delete, auth + "/sessions/{id}", sessions.end),
        Route(.put, auth + "/password", change.answer),
        Route(.post, auth + "/password/reset", ResetPassword(service, passwords).answer),
        Route(.get, "/api/v1/users/me", profile.show),
        Route(.patch, "/api/v1/users/me", profile.rename),
      ]
    }
  }
}

extension Passwords {
  fileprivate func add(to metrics: inout Metrics) {
    let (running, waiting, refused) = figures
    metrics.single(
      "dompet_hashes_running", .gauge, "Password hashes that run now.", .whole(Int64(running)))
    metrics.single(
      "dompet_hashes_waiting", .gauge, "Password hashes that wait now.", .whole(Int64(waiting)))
    metrics.single(
      "dompet_hashes_refused_total", .counter, "Password hashes that found no place in time.",
      .whole(refused))
  }
}
