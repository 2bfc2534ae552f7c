// dompet-wallets: the balance.
//
//   GET /api/v1/wallets/me   200 the caller's wallet · 401 · 503 busy
//
// A request's life: nginx has bounded it and given it an id → `Service/Routes.swift` finds the
// route → the bearer's token, session and wallet are looked up on one snapshot → the answer.

import Service

@main
enum Program {
  static func main() {
    var configuration = Configuration(program: "dompet-wallets")
    let settings = configuration.settings()
    let keys = configuration.tokenKeys()
    let (own, keysFound) = configuration.finish(settings, keys)

    Service.run(own) { service in
      let bearer = Bearer(keys: keysFound, service: service)
      return [
        .get("/api/v1/wallets/me", MyWallet(bearer).answer)
      ]
    }
  }
}
