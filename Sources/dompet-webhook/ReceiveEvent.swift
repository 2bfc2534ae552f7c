// POST /api/v1/payments/webhooks/xendit: an event about an invoice.

import Crypto
import Domain
import FastCGI
import Ledger
import Service
import Xendit

struct ReceiveEvent: Sendable {
  private let service: Service
  private let tokens: [[UInt8]]
  private let confirmAbove: Money?

  /// - Parameters:
  ///   - tokens: the callback token, and the one before while it is being replaced.
  ///   - confirmAbove: a larger credit waits until reconciliation has asked Xendit.
  init(_ service: Service, tokens: [String], confirmAbove: Money?) {
    self.service = service
    self.tokens = tokens.map { Array($0.utf8) }
    self.confirmAbove = confirmAbove
  }

  /// 200 received · 400 unreadable, or not as the top-up says · 401 · 404 unknown reference · 413
  func answer(_ request: borrowing Request) throws(Refusal) -> Response {
    guard isFromXendit(request) else {
      service.note(.callbackTokenRefused, request)
      throw .unauthorized(detail: "The callback token is missing or wrong.")
    }
    let body = try request.bytes()
    let (event, mistakes) = read(body)
    let received = ReceivedEvent(
      body: body, webhookID: request.parameter("HTTP_WEBHOOK_ID"), event: event)
    let now = service.world.now()
    let verdict = try Settlement.receive(
      received, confirmAbove: confirmAbove, at: now, into: service.database)
    if case .review(let oddity) = verdict {
      service.log.warning("an event waits for review", evidence: oddity.rawValue)
    }
    if case .review = verdict, !mistakes.isEmpty { throw .invalid(mistakes) }
    return try answer(to: event, verdict)
  }

  private func read(_ body: [UInt8]) -> (event: Event?, mistakes: [Fault]) {
    do throws(UnreadableEvent) {
      return (try Event(webhook: body), [])
    } catch {
      return (nil, error.faults)
    }
  }

  /// Every token is compared to its end, so that the time tells nothing about any of them.
  private func isFromXendit(_ request: borrowing Request) -> Bool {
    guard request.parameterCount("HTTP_X_CALLBACK_TOKEN") == 1,
      let sent = request.parameter("HTTP_X_CALLBACK_TOKEN").map({ Array($0.utf8) })
    else { return false }
    return tokens.reduce(false) { found, token in constantTimeEqual(sent, token) || found }
  }

  private func answer(to event: Event?, _ verdict: Verdict) throws(Refusal) -> Response {
    switch verdict {
    case .credited, .unchanged, .waiting:
      return .json(200) { answer in
        answer.member("received", true)
        answer.member("credited", verdict == .credited)
        answer.member("status", event.map { $0.isPaid ? "PAID" : $0.status })
      }
    case .foreign, .review(.unknownReference):
      throw .notFound
    case .review(let oddity):
      throw .invalid([Fault(pointer: pointer(of: oddity), detail: oddity.rawValue)])
    }
  }

  private func pointer(of oddity: Oddity) -> String {
    switch oddity {
    case .amountUnreadable, .amountDiffers: "/amount"
    case .currencyDiffers: "/currency"
    case .secondPayment, .invoiceElsewhere, .notConfirmed, .creditedUnpaid: "/id"
    case .unknownReference: "/external_id"
    case .unreadable, .judgementFailed: ""
    }
  }
}
