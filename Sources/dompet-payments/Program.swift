// dompet-payments: top-ups; beside `dompet reconcile` the only program that talks to Xendit.
//
//   POST /api/v1/payments/wallet-top-ups   201 the top-up and its link · 400 · 401 · 409 running
//                                          422 key reused · 502 refused · 503 unknown or busy
//   GET  /api/v1/payments/wallet-top-ups   200 the caller's, newest first · 400 · 401
//   GET  …/wallet-top-ups/{id}             200 one; healed if a webhook was missed · 401 · 404
//   POST …/wallet-top-ups/{id}/cancel      200 EXPIRED · 401 · 404 · 409 not open · 503 unknown
//
// The life of a request for a top-up: nginx has bounded it and given it an id →
// `Service/Routes.swift` finds the route → the bearer's token and session are checked → the body
// and the Idempotency-Key are read, all mistakes at once → one transaction decides what the key
// means (new, same, other, running) and writes the row, leased to this request → Xendit is asked,
// outside of any transaction → one more transaction stores the answer, if the row is still as it
// was left → the answer.

import Domain
import Payments
import Service

@main
enum Program {
  static func main() {
    var configuration = Configuration(program: "dompet-payments")
    let settings = configuration.settings()
    let keys = configuration.tokenKeys()
    let provider = configuration.provider()
    let limits = configuration.topUpLimits()
    let (own, keysFound, xendit, limitsFound) = configuration.finish(
      settings, keys, provider, limits)

    Service.run(own) { service in
      let bearer = Bearer(keys: keysFound, service: service)
      // At most half of the workers may wait for Xendit, so that the others go on whatever it does.
      // Looks have a gate of their own: their short patience says little about Xendit's health.
      let looks = max(1, own.threads / 8)
      let invoicing = Invoicing(
        service, xendit, simultaneousMax: max(1, own.threads / 2 - own.threads / 8))
      let healing = Invoicing(service, xendit, simultaneousMax: looks)
      service.figures.include { metrics in
        xendit.add(
          to: &metrics, gates: [(name: "requests", invoicing: invoicing), ("looks", healing)])
      }
      let topUps = "/api/v1/payments/wallet-top-ups"
      let show = ShowTopUps(bearer, healing)
      return [
        Route(.get, topUps, show.list),
        Route(.post, topUps, CreateTopUp(service, bearer, invoicing, limitsFound).answer),
        Route(.get, topUps + "/{id}", show.one),
        Route(.post, topUps + "/{id}/cancel", CancelTopUp(service, bearer, invoicing).answer),
      ]
    }
  }
}
