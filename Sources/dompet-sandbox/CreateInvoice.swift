// What a create call asks for, judged as Xendit judges it.

import Crypto
import Domain
import FastCGI
import JSON

/// The request for an invoice, valid.
struct WantedInvoice {
  private let externalID: String
  private let amount: String
  private let currency: String
  private let durationMilliseconds: Int64
  private let request: [UInt8]

  init(_ body: RequestBody, _ switches: Switches) throws(APIError) {
    request = try body.whole()
    var members = try Members(body: request)
    members.require(["external_id", "amount"])
    let externalID = members.text("external_id", lengths: 1...255)
    let amount = members.number("amount", in: 0...1e15)
    let duration = members.number("invoice_duration", in: 1...31_536_000)
    let email = members.text("payer_email", lengths: 0...Int.max)
    let currency = members.text("currency", lengths: 0...Int.max) ?? "IDR"
    checkOthers(&members)
    guard members.mistakes.isEmpty, let externalID, let amount else {
      throw .validation(members.mistakes)
    }
    guard currencies.contains(currency) else { throw .unsupportedCurrency }
    guard email.map(looksLikeEmail) ?? true else { throw .emailFormat }
    self.externalID = externalID
    self.currency = currency
    self.amount = try chargedAmount(amount.value, currency, switches)
    durationMilliseconds = Int64((duration?.value ?? 86_400) * 1000)
  }

  func invoice(at now: Timestamp) -> Invoice {
    Invoice(
      id: newInvoiceID(at: now), externalID: externalID, amount: amount, currency: currency,
      request: request, created: now, updated: now,
      expires: now.adding(milliseconds: durationMilliseconds))
  }
}

extension RequestBody {
  /// The body, if it came whole.
  func whole() throws(APIError) -> [UInt8] {
    if case .bytes(let bytes) = self { return bytes }
    throw APIError(
      status: 413, code: "REQUEST_TOO_LARGE", message: "The body is too large or incomplete")
  }
}

private let currencies = ["IDR", "PHP", "THB", "VND", "MYR", "USD"]

private func checkOthers(_ members: inout Members) {
  _ = members.text("description", lengths: 1...Int.max)
  _ = members.text("success_redirect_url", lengths: 1...255)
  _ = members.text("failure_redirect_url", lengths: 1...255)
  _ = members.text("locale", lengths: 2...2)
  _ = members.number("reminder_time", in: 1...31_536_000)
  _ = members.bool("should_send_email")
  for name in ["payment_methods", "items", "fees"] {
    if let value = members.value(name), value.array == nil {
      members.note(name, "must be an array")
    }
  }
  for name in ["customer", "metadata"] {
    guard let value = members.value(name) else { continue }
    guard case .object(let inner) = value else {
      members.note(name, "must be an object")
      continue
    }
    if name == "metadata" { checkMetadata(inner, &members) }
  }
}

private func checkMetadata(_ metadata: [JSONMember], _ members: inout Members) {
  if metadata.count > 50 { members.note("metadata", "must have at most 50 keys") }
  for entry in metadata {
    if entry.name.count > 40 { members.note("metadata", "keys have at most 40 characters") }
    if let text = entry.value.string, text.count > 500 {
      members.note("metadata.\(entry.name)", "must have at most 500 characters")
    }
  }
}

private func looksLikeEmail(_ text: String) -> Bool {
  let parts = text.split(separator: "@", omittingEmptySubsequences: false)
  return parts.count == 2 && !parts[0].isEmpty && parts[1].contains(".")
    && !text.contains(where: \.isWhitespace)
}

/// What is billed: decimals are cut off without a word where the currency has none.
private func chargedAmount(
  _ amount: Double, _ currency: String, _ switches: Switches
) throws(APIError) -> String {
  let hasDecimals = !["IDR", "VND"].contains(currency)
  let charged = hasDecimals ? amount : amount.rounded(.towardZero)
  let least = currency == "IDR" ? Double(switches.minimumAmount) : 0.01
  let most = currency == "IDR" ? Double(switches.maximumAmount) : 1e12
  guard charged >= least else { throw .amount("MINIMAL", "minimum", least) }
  guard charged <= most else { throw .amount("MAXIMUM", "maximum", most) }
  return charged == charged.rounded() ? String(Int64(charged)) : String(charged)
}

/// 24 hex digits: seconds since 1970, then chance.
private func newInvoiceID(at now: Timestamp) -> String {
  let seconds = UInt32(truncatingIfNeeded: now.seconds)
  let bytes = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: seconds >> UInt32($0)) }
  return Hex.encode(bytes + randomBytes(8))
}

extension APIError {
  fileprivate static let unsupportedCurrency = APIError(
    status: 400, code: "UNSUPPORTED_CURRENCY", message: "The currency is not supported")
  fileprivate static let emailFormat = APIError(
    status: 400, code: "EMAIL_FORMAT_ERROR", message: "The payer_email is not an e-mail address")
  /// Whether Xendit has such an error is not known: only with the switch unique_external_id.
  static let duplicateExternalID = APIError(
    status: 400, code: "DUPLICATE_EXTERNAL_ID_ERROR", message: "The external_id was used before")

  fileprivate static func amount(_ code: String, _ word: String, _ bound: Double) -> APIError {
    APIError(
      status: 400, code: "\(code)_TRANSFER_AMOUNT_ERROR",
      message: "The \(word) amount is \(bound.formatted)")
  }
}

extension Double {
  fileprivate var formatted: String {
    self == rounded() ? String(Int64(self)) : String(self)
  }
}
