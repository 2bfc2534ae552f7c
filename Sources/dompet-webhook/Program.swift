// dompet-webhook: what Xendit tells us; the only program that knows the callback token.
//
//   POST /api/v1/payments/webhooks/xendit   200 {received, credited, status} · 400 · 401 · 404
//                                           413 · 503 busy
//
// A request's life: nginx has bounded it and given it an id → `Service/Routes.swift` finds the
// route → the callback token is compared, before anything else is looked at → the body is read →
// one transaction stores the event, judges it and credits the wallet → the answer says what was
// done. What cannot be settled stays stored, for an operator.

import Domain
import Service

@main
enum Program {
  static func main() {
    var configuration = Configuration(program: "dompet-webhook")
    let settings = configuration.settings()
    let token = configuration.secret("XENDIT_WEBHOOK_TOKEN", bytesMin: 16)
    let previous = configuration.optionalSecret("XENDIT_WEBHOOK_TOKEN_PREVIOUS", bytesMin: 16)
    let confirmAbove = configuration.confirmAbove()
    let (own, current, former, limit) = configuration.finish(
      settings, token, previous, confirmAbove)

    Service.run(own) { service in
      service.figures.include(ShowMetrics(service: service).add)
      return [
        Route(
          .post, "/api/v1/payments/webhooks/xendit",
          ReceiveEvent(
            service, tokens: [current, former].compactMap { $0 }, confirmAbove: limit
          ).answer)
      ]
    }
  }
}
