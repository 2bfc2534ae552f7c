// Where Xendit is, who we are there, and what every invoice has in common, as the settings say.

import HTTPClient
import Service
import XenditAPI

/// Xendit, ready to be asked.
public struct Provider: Sendable {
  let client: XenditClient
  let terms: InvoiceTerms

  public init(_ client: XenditClient, _ terms: InvoiceTerms) {
    self.client = client
    self.terms = terms
  }

  /// Whether a payer can be sent back to this URL.
  public static func isReturnURL(_ text: String) -> Bool { webURL(text) != nil }

  /// Asks for something that changes nothing, to see whether Xendit answers and takes the key.
  public func probe() throws(XenditFailure) {
    try client.probe(withinMilliseconds: Bounds.xenditMilliseconds)
  }
}

/// What every invoice has in common.
public struct InvoiceTerms: Sendable {
  /// How long it can be paid.
  let durationSeconds: Int
  /// Where the payer comes back to.
  let successURL: String?
  let failureURL: String?

  public init(durationSeconds: Int, successURL: String? = nil, failureURL: String? = nil) {
    self.durationSeconds = durationSeconds
    self.successURL = successURL
    self.failureURL = failureURL
  }
}

extension Configuration {
  /// XENDIT_SECRET_KEY, XENDIT_BASE_URL, and the terms of invoices.
  public mutating func provider() -> Provider? {
    let secret = secret("XENDIT_SECRET_KEY", bytesMin: 16)
    let url = baseURL()
    let terms = invoiceTerms()
    guard let secret, let url, let terms else { return nil }
    let send = HTTPClient().send
    return Provider(XenditClient(baseURL: url, secretKey: secret, send: send), terms)
  }

  /// XENDIT_INVOICE_DURATION in seconds, SUCCESS_REDIRECT_URL and FAILURE_REDIRECT_URL.
  private mutating func invoiceTerms() -> InvoiceTerms? {
    let duration = number("XENDIT_INVOICE_DURATION", or: 86_400, in: 1...31_536_000)
    let success = redirectURL("SUCCESS_REDIRECT_URL")
    let failure = redirectURL("FAILURE_REDIRECT_URL")
    guard let duration, let success, let failure else { return nil }
    return InvoiceTerms(
      durationSeconds: Int(duration), successURL: success.isEmpty ? nil : success,
      failureURL: failure.isEmpty ? nil : failure)
  }

  /// XENDIT_BASE_URL: where Xendit's API is, without what follows the last path segment.
  private mutating func baseURL() -> String? {
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
