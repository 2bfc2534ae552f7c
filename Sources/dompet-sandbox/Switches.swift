// What is not known of Xendit, one switch each, so that a client can be shown to be right whichever
// way it turns out. PUT /sandbox/control/switches sets those that it names and puts the others back
// to what is shown here; GET shows them, DELETE puts all back.
//
//   unique_external_id      false    a second create with an external_id is refused (400)
//   expire_closed_status    404      or 400: the answer to expiring what is not open
//   expired_webhook         false    the account's opt-in to webhooks about expiry
//   expired_payment_fields  false    such a webhook has paid_at, paid_amount (0) and the like
//   webhook_id_header       true     webhooks bear a webhook-id
//   retry_timeouts          false    a webhook that nobody answered in time is tried again
//   webhook_timeout_seconds 30       how long an answer may take; shorter in tests
//   rate_limit_per_minute   1000000  calls in a minute; Xendit's figures are 60 to 6000
//   minimum_amount          1000     in rupiah; Xendit's depend on the channel
//   maximum_amount          1000000000

import FastCGI
import JSON

struct Switches: Sendable {
  var uniqueExternalID = false
  var expireClosedStatus = 404
  var expiredWebhook = false
  var expiredPaymentFields = false
  var webhookIDHeader = true
  var retryTimeouts = false
  var webhookTimeoutSeconds: Int64 = 30
  var rateLimitPerMinute: Int64 = 1_000_000
  var minimumAmount: Int64 = 1000
  var maximumAmount: Int64 = 1_000_000_000
}

extension Sandbox {
  func showSwitches() -> Response {
    let switches = currentSwitches
    return .json { $0.object(switches.write) }
  }

  func setSwitches(_ call: Call) -> Response {
    do throws(APIError) {
      let new = try Switches(call.body.whole())
      switches.withLock { $0 = new }
      return showSwitches()
    } catch {
      return error.response
    }
  }

  func clearSwitches() -> Response {
    switches.withLock { $0 = Switches() }
    return .noContent
  }
}

extension Switches {
  fileprivate init(_ body: [UInt8]) throws(APIError) {
    var members = try Members(body: body)
    let standard = Switches()
    members.refuseOthers(than: names)
    uniqueExternalID = members.bool("unique_external_id") ?? standard.uniqueExternalID
    let closed = members.whole("expire_closed_status", in: 400...404) ?? 404
    if closed != 400, closed != 404 { members.note("expire_closed_status", "must be 400 or 404") }
    expireClosedStatus = Int(closed)
    expiredWebhook = members.bool("expired_webhook") ?? standard.expiredWebhook
    expiredPaymentFields = members.bool("expired_payment_fields") ?? standard.expiredPaymentFields
    webhookIDHeader = members.bool("webhook_id_header") ?? standard.webhookIDHeader
    retryTimeouts = members.bool("retry_timeouts") ?? standard.retryTimeouts
    webhookTimeoutSeconds =
      members.whole("webhook_timeout_seconds", in: 1...30) ?? standard.webhookTimeoutSeconds
    rateLimitPerMinute =
      members.whole("rate_limit_per_minute", in: 0...Int64.max) ?? standard.rateLimitPerMinute
    minimumAmount =
      members.whole("minimum_amount", in: 0...amountMost) ?? standard.minimumAmount
    maximumAmount =
      members.whole("maximum_amount", in: 0...amountMost) ?? standard.maximumAmount
    if !members.mistakes.isEmpty { throw .validation(members.mistakes) }
  }

  fileprivate func write(_ writer: inout JSONWriter) {
    writer.member("unique_external_id", uniqueExternalID)
    writer.member("expire_closed_status", Int64(expireClosedStatus))
    writer.member("expired_webhook", expiredWebhook)
    writer.member("expired_payment_fields", expiredPaymentFields)
    writer.member("webhook_id_header", webhookIDHeader)
    writer.member("retry_timeouts", retryTimeouts)
    writer.member("webhook_timeout_seconds", webhookTimeoutSeconds)
    writer.member("rate_limit_per_minute", rateLimitPerMinute)
    writer.member("minimum_amount", minimumAmount)
    writer.member("maximum_amount", maximumAmount)
  }
}

private let names = [
  "unique_external_id", "expire_closed_status", "expired_webhook", "expired_payment_fields",
  "webhook_id_header", "retry_timeouts", "webhook_timeout_seconds", "rate_limit_per_minute",
  "minimum_amount", "maximum_amount",
]

/// Where a double still counts every rupiah.
private let amountMost: Int64 = 1_000_000_000_000_000
