// Somebody who has the callback token, and a top-up to get for nothing.

extension Episode {
  /// Reports what is not so, about a top-up whose client knows its reference and invoice.
  func forge() {
    let known = invoices.all.indices.filter { invoices[$0].isKnownToPayer }
    guard let place = known.suffix(8).randomElement(of: dice) else { return }
    let forgery = dice.pick(weighted: Forgery.allCases.map { ($0.weight, $0) })
    tally.count(forgery.name)
    step("somebody forges", "\(forgery.rawValue) \(invoices[place].reference)")
    _ = receive(body(of: forgery, about: invoices[place]), id: hexadecimal(dice.bytes(8)))
  }

  private func body(of forgery: Forgery, about invoice: SimulatedInvoice) -> [UInt8] {
    let invented = hexadecimal(dice.bytes(12))
    let amount = "\(invoice.amount)"
    switch forgery {
    case .paid: return event(invoice.id, invoice.reference, amount)
    case .paidOther: return event(invented, invoice.reference, amount)
    case .amount:
      return event(dice.pick([invoice.id, invented]), invoice.reference, "\(invoice.amount * 3)")
    case .amountUnreadable: return event(invoice.id, invoice.reference, "0.5")
    case .currency: return event(invoice.id, invoice.reference, amount, currency: "USD")
    case .elsewhere:
      let other = dice.pick(invoices.all).id
      return event(other, invoice.reference, amount)
    case .unknownReference:
      return event(invented, "WTU-20260101-\(hexadecimal(dice.bytes(8)).uppercased())", amount)
    case .foreign: return event(invented, "payment-link-\(invented)", amount)
    case .unreadable: return dice.bytes(40)
    case .expired: return event(invoice.id, invoice.reference, amount, status: "EXPIRED")
    case .failed: return event(invoice.id, invoice.reference, amount, status: "FAILED")
    }
  }

  private func event(
    _ id: String, _ reference: String, _ amount: String, status: String = "PAID",
    currency: String = "IDR"
  ) -> [UInt8] {
    Array(
      """
      {"id":"\(id)","external_id":"\(reference)","status":"\(status)","amount":\(amount),\
      "paid_amount":\(amount),"currency":"\(currency)"}
      """.utf8)
  }
}

/// Lower case.
func hexadecimal(_ bytes: [UInt8]) -> String {
  let digits = Array("0123456789abcdef".utf8)
  return String(
    decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}
