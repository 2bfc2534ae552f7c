// Xendit's calls. Each goes through `answer`: key, rate limit, and the fault that a test may have
// put in its way.

import Crypto
import Domain
import FastCGI
import JSON
import Storage

extension Sandbox {
  func create(_ call: Call) throws(Refusal) -> Response {
    try answer(.create, call) { fault throws(Refusal) in
      let wanted: WantedInvoice
      do throws(APIError) {
        wanted = try WantedInvoice(call.body, currentSwitches)
      } catch {
        return error.response
      }
      return try store(wanted.invoice(at: call.now.adding(milliseconds: fault.delay)))
    }
  }

  func read(_ call: Call) throws(Refusal) -> Response {
    try answer(.get, call) { _ throws(Refusal) in
      let invoice = try database.read { db throws(Refusal) in
        try db.invoice(call.id, at: call.now)
      }
      return invoice.map { show($0) } ?? APIError.notFound(call.id).response
    }
  }

  /// Both the look-up by external_id and the list: an array either way.
  func list(_ call: Call) throws(Refusal) -> Response {
    try answer(.list, call) { fault throws(Refusal) in
      let filter: InvoiceFilter
      do throws(APIError) {
        filter = try InvoiceFilter(call.query)
      } catch {
        return error.response
      }
      let invoices = try database.read { db throws(Refusal) in
        try db.invoices(filter, until: call.now.adding(milliseconds: -fault.lag))
      }
      return show(invoices)
    }
  }

  func expire(_ call: Call) throws(Refusal) -> Response {
    try answer(.expire, call) { fault throws(Refusal) in
      guard let invoice = try expire(call.id, after: fault.delay, at: call.now) else {
        return APIError(
          status: currentSwitches.expireClosedStatus, code: "INVOICE_NOT_FOUND_ERROR",
          message: "Could not find and update PENDING invoice \(call.id)"
        ).response
      }
      return show(invoice)
    }
  }

  /// Expires an open invoice, and tells of it where the account is set to (an opt-in at Xendit).
  func expire(
    _ id: String, after milliseconds: Int64, at now: Timestamp
  ) throws(Refusal) -> Invoice? {
    let switches = currentSwitches
    return try database.write { db throws(Refusal) in
      let invoice = try db.expire(id, after: milliseconds, at: now)
      if let invoice, invoice.status == .expired, switches.expiredWebhook {
        _ = try db.enqueue(invoice.webhook(switches), due: now)
      }
      return invoice
    }
  }

  func expireWhatIsDue(at now: Timestamp) throws(Refusal) {
    let isDue = try database.read { db throws(Refusal) in try db.hasInvoiceDue(at: now) }
    guard isDue else { return }
    let switches = currentSwitches
    try database.write { db throws(Refusal) in
      for invoice in try db.expireDue(at: now) where switches.expiredWebhook {
        _ = try db.enqueue(invoice.webhook(switches), due: now)
      }
    }
  }

  func show(_ invoice: Invoice) -> Response {
    .json { writer in
      writer.object { invoice.writeMembers(&$0, url: invoiceURL(invoice.id)) }
    }
  }

  func show(_ invoices: [Invoice]) -> Response {
    .json { writer in
      writer.array { list in
        for invoice in invoices {
          list.element(object: { invoice.writeMembers(&$0, url: invoiceURL(invoice.id)) })
        }
      }
    }
  }

  private func store(_ invoice: Invoice) throws(Refusal) -> Response {
    let isUnique = currentSwitches.uniqueExternalID
    let stored = try database.write { db throws(Refusal) in
      if isUnique, try db.hasInvoice(externalID: invoice.externalID) { return false }
      try db.insert(invoice)
      return true
    }
    return stored ? show(invoice) : APIError.duplicateExternalID.response
  }

  /// One call of Xendit's: `work` does it, the fault decides what its client sees of that.
  private func answer(
    _ place: FaultRule.Place, _ call: Call,
    work: (FaultRule.Effect) throws(Refusal) -> Response
  ) throws(Refusal) -> Response {
    guard isAuthorized(call) else { return APIError.invalidKey.response }
    let rate = rateLimit.withLock {
      $0.count(at: call.now, perMinute: currentSwitches.rateLimitPerMinute)
    }
    guard rate.isWithin else { return rate.decorate(APIError.tooManyRequests.response) }
    guard let fault = takeFault(place) else { return rate.decorate(try work(.none)) }
    switch fault.mode {
    case .reset: return .dropped
    case .status: return rate.decorate(fault.statusResponse)
    default: return rate.decorate(fault.spoil(try work(fault.effect)))
    }
  }

  private func isAuthorized(_ call: Call) -> Bool {
    guard let sent = call.authorization?.split(separator: " ", maxSplits: 1), sent.count == 2,
      sent[0].lowercased() == "basic"
    else { return false }
    return constantTimeEqual(Array(sent[1].utf8), basicCredentials)
  }
}

/// The credentials of HTTP Basic (RFC 7617) with an empty password: padded Base64 (RFC 4648).
func encodedCredentials(user: String) -> [UInt8] {
  let text = Base64URL.encode(Array("\(user):".utf8))
  let standard = text.utf8.map { byte in
    switch byte {
    case UInt8(ascii: "-"): UInt8(ascii: "+")
    case UInt8(ascii: "_"): UInt8(ascii: "/")
    default: byte
    }
  }
  return standard + Array(repeating: UInt8(ascii: "="), count: (4 - text.utf8.count % 4) % 4)
}
