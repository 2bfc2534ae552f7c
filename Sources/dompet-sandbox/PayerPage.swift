// What a payer's browser asks for: the page, and its three buttons. How the page looks is told in
// Checkout.swift; there is no script.

import Domain
import FastCGI
import Storage

extension Sandbox {
  func payerPage(_ call: Call) throws(Refusal) -> Response {
    let invoice = try database.read { db throws(Refusal) in
      try db.invoice(call.id, at: call.now)
    }
    guard let invoice else {
      return .html(404, document("Invoice not found", notice("There is no such invoice.")))
    }
    return .html(200, invoice.checkout(at: call.now))
  }

  /// Only what is open can be paid here; a late payment is the control interface's.
  func pressPay(_ call: Call) throws(Refusal) -> Response {
    guard let choice = call.choice else { return tooLarge }
    if let invoice = try openInvoice(call) {
      let change = StatusChange(status: .paid, channel: invoice.channel(chosenAs: choice))
      if let (_, deliveries) = try make(change, on: call.id, at: call.now) {
        _ = deliver(deliveries)
      }
    }
    return backToPage(call)
  }

  func pressFail(_ call: Call) throws(Refusal) -> Response {
    guard let choice = call.choice else { return tooLarge }
    if let invoice = try openInvoice(call) {
      let channel = invoice.channel(chosenAs: choice)
      try database.write { db throws(Refusal) in
        try db.failPayment(of: call.id, by: channel, at: call.now)
      }
    }
    return backToPage(call)
  }

  func pressExpire(_ call: Call) throws(Refusal) -> Response {
    _ = try expire(call.id, after: 0, at: call.now)
    return backToPage(call)
  }

  private func openInvoice(_ call: Call) throws(Refusal) -> Invoice? {
    let invoice = try database.read { db throws(Refusal) in
      try db.invoice(call.id, at: call.now)
    }
    return invoice?.status == .pending ? invoice : nil
  }

  /// 303 (RFC 9110, section 15.4.4), so that reloading the page does not press again. The path
  /// alone: the payer may have come by another name of this machine.
  private func backToPage(_ call: Call) -> Response {
    Response(status: 303, headers: [("Location", "/sandbox/web/\(lettersAndDigits(call.id))")])
  }

  private var tooLarge: Response {
    .html(413, document("Too large", notice("This is no form of ours. Nothing was done.")))
  }
}

extension Call {
  /// The code of the way to pay that the form names, empty where it names none; nil if the body is
  /// none of our forms. Nothing is known about it yet.
  fileprivate var choice: String? {
    guard case .bytes(let bytes) = body, bytes.count <= formBytesMax else { return nil }
    let form = decodedQuery(String(decoding: bytes, as: UTF8.self))
    return form.first { $0.name == "channel" }?.value ?? ""
  }
}

extension Invoice {
  /// Nil for what this invoice does not offer.
  fileprivate func channel(chosenAs code: String) -> PaymentChannel? {
    channels.first { $0.code == code }
  }
}

/// Our longest form has 19 bytes; whatever a browser adds has room.
private let formBytesMax = 1024

/// All that an invoice's id can consist of, so that no other text gets into a header.
private func lettersAndDigits(_ text: String) -> String {
  text.filter { $0.isASCII && ($0.isLetter || $0.isNumber) }
}
