// dompet-payments: top-ups, and the only program that talks to Xendit.
//
//   POST /api/v1/payments/wallet-top-ups   201 the top-up and its link · 400 · 401 · 409 running
//                                          422 key reused · 502 refused · 503 unknown or busy
//
// A request's life: nginx has bounded it and given it an id → `Service/Routes.swift` finds the
// route → the bearer's token and session are checked → the body and the Idempotency-Key are read,
// all mistakes at once → one transaction decides what the key means (new, same, other, running)
// and writes the row, leased to this request → Xendit is asked, outside of any transaction → one
// more transaction stores the answer, if the row is still as it was left → the answer.

import Domain
import HTTPClient
import Service
import XenditAPI

@main
enum Program {
  static func main() {
    var configuration = Configuration(program: "dompet-payments")
    let settings = configuration.settings()
    let keys = configuration.tokenKeys()
    let secretKey = configuration.secret("XENDIT_SECRET_KEY", bytesMin: 16)
    let limits = configuration.topUpLimits()
    let terms = configuration.invoiceTerms()
    let baseURL = configuration.baseURL()
    let (own, keysFound, secret, limitsFound, termsFound, url) = configuration.finish(
      settings, keys, secretKey, limits, terms, baseURL)

    let xendit = XenditClient(baseURL: url, secretKey: secret, client: HTTPClient())
    // At most half of the workers may wait for Xendit: the others go on whatever it does.
    let gate = Gate(simultaneousMax: max(1, own.threads / 2))
    Service.run(own) { service in
      let bearer = Bearer(keys: keysFound, service: service)
      let invoicing = Invoicing(service, xendit, gate, termsFound)
      return [
        .post(
          "/api/v1/payments/wallet-top-ups",
          CreateTopUp(service, bearer, invoicing, limitsFound).answer)
      ]
    }
  }
}

extension Configuration {
  /// TOP_UP_MINIMUM and TOP_UP_MAXIMUM, in rupiah.
  fileprivate mutating func topUpLimits() -> TopUpLimits? {
    let range = Int64(1)...1_000_000_000_000
    let minimum = number("TOP_UP_MINIMUM", or: 1000, in: range)
    let maximum = number("TOP_UP_MAXIMUM", or: 1_000_000_000, in: range)
    guard let minimum, let maximum else { return nil }
    guard minimum <= maximum else { return note("TOP_UP_MINIMUM exceeds TOP_UP_MAXIMUM.") }
    return TopUpLimits(minimum: Money(rupiah: minimum), maximum: Money(rupiah: maximum))
  }

  /// XENDIT_INVOICE_DURATION in seconds, SUCCESS_REDIRECT_URL and FAILURE_REDIRECT_URL.
  fileprivate mutating func invoiceTerms() -> InvoiceTerms? {
    let duration = number("XENDIT_INVOICE_DURATION", or: 86_400, in: 1...31_536_000)
    let success = redirectURL("SUCCESS_REDIRECT_URL")
    let failure = redirectURL("FAILURE_REDIRECT_URL")
    guard let duration, let success, let failure else { return nil }
    return InvoiceTerms(
      durationSeconds: Int(duration), successURL: success.isEmpty ? nil : success,
      failureURL: failure.isEmpty ? nil : failure)
  }

  /// XENDIT_BASE_URL: where Xendit's API is, without what follows the last path segment.
  fileprivate mutating func baseURL() -> String? {
    parsed(
      "XENDIT_BASE_URL", or: "https://api.xendit.co",
      { $0.contains("?") || $0.contains("#") ? nil : webURL($0) },
      expected: "an http or https URL with a host, without ? or #")
  }

  private mutating func redirectURL(_ name: String) -> String? {
    parsed(
      name, or: "", { $0.isEmpty ? $0 : webURL($0) },
      expected: "an http or https URL of at most 255 characters")
  }
}

/// The text, if it is a URL with a host, of visible ASCII, and no longer than Xendit takes (255).
private func webURL(_ text: String) -> String? {
  guard text.utf8.count <= 255, text.utf8.allSatisfy({ (33...126).contains($0) }) else {
    return nil
  }
  let schemes = ["https://", "http://"]
  guard let scheme = schemes.first(where: text.hasPrefix) else { return nil }
  let host = text.dropFirst(scheme.count).prefix { !"/?#".contains($0) }
  return host.isEmpty ? nil : text
}
