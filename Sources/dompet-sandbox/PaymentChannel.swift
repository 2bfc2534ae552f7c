// The ways to pay: as a payer knows them, and as Xendit tells of them afterwards.

import JSON

struct PaymentChannel: Sendable {
  enum Method: String, CaseIterable, Sendable {
    case bankTransfer = "BANK_TRANSFER"
    case eWallet = "EWALLET"
    case qrCode = "QR_CODE"
    case retailOutlet = "RETAIL_OUTLET"
    case creditCard = "CREDIT_CARD"
  }

  /// What Xendit calls it.
  let code: String
  let name: String
  let method: Method

  static let all = [
    PaymentChannel(code: "BCA", name: "BCA", method: .bankTransfer),
    PaymentChannel(code: "BNI", name: "BNI", method: .bankTransfer),
    PaymentChannel(code: "BRI", name: "BRI", method: .bankTransfer),
    PaymentChannel(code: "MANDIRI", name: "Mandiri", method: .bankTransfer),
    unlessChosen,
    PaymentChannel(code: "OVO", name: "OVO", method: .eWallet),
    PaymentChannel(code: "SHOPEEPAY", name: "ShopeePay", method: .eWallet),
    PaymentChannel(code: "QRIS", name: "QRIS", method: .qrCode),
    PaymentChannel(code: "ALFAMART", name: "Alfamart", method: .retailOutlet),
    PaymentChannel(code: "CREDIT_CARD", name: "Credit card", method: .creditCard),
  ]

  /// What a payment is told to have come by where nobody chose.
  static let unlessChosen = PaymentChannel(code: "DANA", name: "DANA", method: .eWallet)
}

extension PaymentChannel {
  /// Nil if there is none of this code: what a browser sends may be anything.
  init?(code: String) {
    guard let channel = PaymentChannel.all.first(where: { $0.code == code }) else { return nil }
    self = channel
  }

  /// As a payer says it in a sentence.
  var fullName: String {
    switch method {
    case .bankTransfer: "\(name) virtual account"
    case .creditCard: "credit card"
    case .eWallet, .qrCode, .retailOutlet: name
    }
  }

  /// The members of a payment that came this way.
  func writePayment(of invoiceID: String, _ writer: inout JSONWriter) {
    writer.member("payment_id", method == .eWallet ? "ewc_\(invoiceID)" : invoiceID)
    writer.member("payment_method", method.rawValue)
    writer.member("payment_channel", code)
    switch method {
    case .bankTransfer: writer.member("bank_code", code)
    case .eWallet: writer.member("ewallet_type", code)
    case .qrCode, .retailOutlet, .creditCard: break
    }
  }
}

extension PaymentChannel.Method {
  /// What a payer calls these ways.
  var title: String {
    switch self {
    case .bankTransfer: "Virtual account"
    case .eWallet: "E-wallet"
    case .qrCode: "QR code"
    case .retailOutlet: "Retail outlet"
    case .creditCard: "Card"
    }
  }
}
