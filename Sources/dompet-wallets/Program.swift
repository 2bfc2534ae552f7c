// dompet-wallets: the balance, the history, transfers.
//
//   GET  /api/v1/wallets/me                200 the caller's wallet · 401
//   GET  /api/v1/wallets/me/transactions   200 newest first, page by page, or all as CSV · 400
//                                          401 · 503 too many exports
//   POST /api/v1/wallets/transfers         201 the transfer · 400 · 401 · 422 not enough money,
//                                          refused, or key reused · 503
//
// The life of a request for a transfer: nginx has bounded it and given it an id →
// `Service/Routes.swift` finds the route → the bearer's token and session are checked → the body
// and the Idempotency-Key are read, all mistakes at once → one transaction decides what the key
// means, posts to both wallets and writes the row that holds the two together; what is refused
// leaves nothing behind → it is on the disk → the answer.

import Domain
import Service

@main
enum Program {
  static func main() {
    var configuration = Configuration(program: "dompet-wallets")
    let settings = configuration.settings()
    let keys = configuration.tokenKeys()
    let limits = configuration.transferLimits()
    let (own, keysFound, limitsFound) = configuration.finish(settings, keys, limits)

    Service.run(own) { service in
      let bearer = Bearer(keys: keysFound, service: service)
      let export = ExportTransactions(
        service, simultaneousMax: max(1, own.threads / Bounds.workersForEachExport))
      return [
        Route(.get, "/api/v1/wallets/me", MyWallet(bearer).answer),
        Route(.get, "/api/v1/wallets/me/transactions", ShowTransactions(bearer, export).answer),
        Route(
          .post, "/api/v1/wallets/transfers", CreateTransfer(service, bearer, limitsFound).answer),
      ]
    }
  }
}
