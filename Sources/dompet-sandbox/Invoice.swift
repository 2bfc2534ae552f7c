// An invoice, and how Xendit writes it: in answers and, flatter, in webhooks.

import Domain
import JSON

struct Invoice: Sendable {
  enum Status: String, CaseIterable, Sendable {
    case pending = "PENDING"
    case paid = "PAID"
    case settled = "SETTLED"
    case expired = "EXPIRED"
  }

  let id: String
  let externalID: String
  var status = Status.pending
  /// The digits of a JSON number, as all amounts here.
  let amount: String
  let currency: String
  /// The body that created it, for what answers repeat of it.
  let request: [UInt8]
  let created: Timestamp
  var updated: Timestamp
  let expires: Timestamp
  var payment: Payment?
  /// The way to pay that the payer chose last.
  var chosenChannel: PaymentChannel?
  /// When a payment failed last.
  var failedAt: Timestamp?

  struct Payment: Sendable {
    let paidAt: Timestamp
    let amount: String
  }
}

/// The account that all invoices belong to.
private let userID = "62440e322008e87fb29c1fd0"
let merchantName = "Dompet Sandbox"

/// What answers repeat of the create call; webhooks repeat the first few of them.
private let repeatedInWebhooks: [String] = [
  "payer_email", "description", "success_redirect_url", "failure_redirect_url", "fees",
]
private let repeatedInAnswers: [String] =
  repeatedInWebhooks + [
    "customer", "customer_notification_preference", "items", "locale", "payment_methods",
    "metadata",
  ]

extension Invoice {
  /// The members that an answer has: all that Xendit's SDKs insist on, and what is known besides.
  func writeMembers(_ writer: inout JSONWriter, url: String) {
    writeCommon(&writer)
    writer.member("merchant_profile_picture_url", "https://merchant.example/dompet.png")
    writer.member("expiry_date", expires.rfc3339)
    writer.member("invoice_url", url)
    writeChannels(&writer)
    writer.member("should_exclude_credit_card", false)
    writer.member("should_send_email", requested["should_send_email"]?.bool ?? false)
    writeRequested(repeatedInAnswers, &writer)
    if let payment { writePayment(payment, &writer) }
  }

  /// The body of a webhook. Whether one about an expired invoice bears a payment is not known of
  /// Xendit: `expired_payment_fields` decides.
  func webhookBody(expiredPaymentFields: Bool) -> [UInt8] {
    var writer = JSONWriter()
    writer.object { body in
      writeCommon(&body)
      body.member("is_high", false)
      body.member("items", json: requested["items"] ?? .array([]))
      writeRequested(repeatedInWebhooks, &body)
      if let payment {
        writePayment(payment, &body)
      } else if status == .expired, expiredPaymentFields {
        writePayment(Payment(paidAt: updated, amount: "0"), &body)
      }
    }
    return writer.bytes
  }

  /// A member of the create call, if it is a string.
  func requestedText(_ name: String) -> String? {
    requested[name]?.string
  }

  /// The ways to pay that are offered: in rupiah all, unless the shop named some
  /// (`payment_methods`); in other currencies cards alone.
  var channels: [PaymentChannel] {
    guard currency == "IDR" else { return PaymentChannel.all.filter { $0.method == .creditCard } }
    let named = requested["payment_methods"]?.array?.compactMap(\.string) ?? []
    let wanted = PaymentChannel.all.filter { named.contains($0.code) }
    return wanted.isEmpty ? PaymentChannel.all : wanted
  }

  private var requested: JSONValue {
    (try? JSONValue.parse(request)) ?? .object([])
  }

  private func writeCommon(_ writer: inout JSONWriter) {
    writer.member("id", id)
    writer.member("external_id", externalID)
    writer.member("user_id", userID)
    writer.member("status", status.rawValue)
    writer.member("merchant_name", merchantName)
    writer.number("amount", digits: amount)
    writer.member("currency", currency)
    writer.member("created", created.rfc3339)
    writer.member("updated", updated.rfc3339)
  }

  private func writeRequested(_ names: [String], _ writer: inout JSONWriter) {
    let requested = requested
    for name in names {
      if let value = requested[name], value != .null {
        writer.member(name, json: value)
      }
    }
  }

  private func writePayment(_ payment: Payment, _ writer: inout JSONWriter) {
    writer.member("paid_at", payment.paidAt.rfc3339)
    writer.number("paid_amount", digits: payment.amount)
    (chosenChannel ?? .unlessChosen).writePayment(of: id, &writer)
    writer.member("payment_method_id", "pm-\(id)")
  }

  /// The ways to pay; the SDKs want the lists even where they are empty.
  private func writeChannels(_ writer: inout JSONWriter) {
    let channels = channels
    for (list, method, name) in channelLists {
      writer.member(
        list,
        array: { entries in
          for channel in channels where channel.method == method {
            entries.element(object: { entry in
              entry.member(name, channel.code)
              if method == .bankTransfer { writeAccount(&entry) }
            })
          }
        })
    }
    writer.member("available_direct_debits", array: { _ in })
    writer.member("available_paylaters", array: { _ in })
  }

  private func writeAccount(_ bank: inout JSONWriter) {
    bank.member("collection_type", "POOL")
    bank.number("transfer_amount", digits: amount)
    bank.member("bank_branch", "Virtual Account")
    bank.member("account_holder_name", "DOMPET SANDBOX")
    bank.member("identity_amount", Int64(0))
  }
}

/// Under which name an answer lists the channels of a method, and what it calls each.
private let channelLists: [(list: String, method: PaymentChannel.Method, name: String)] = [
  ("available_banks", .bankTransfer, "bank_code"),
  ("available_retail_outlets", .retailOutlet, "retail_outlet_name"),
  ("available_ewallets", .eWallet, "ewallet_type"),
  ("available_qr_codes", .qrCode, "qr_code_type"),
]
