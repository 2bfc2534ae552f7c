// A test's hand on the invoices.
//
//   GET  /sandbox/control/invoices        every invoice, oldest first, those that appear later too
//   POST /sandbox/control/invoices/{id}   {"status": "PAID"|"SETTLED"|"EXPIRED",
//                                          "paid_amount": any number, written as it is sent,
//                                          "currency": replaces the invoice's,
//                                          "webhook": true, "copies": 1}
//
//   GET  /sandbox/control/webhooks        every webhook, oldest first: what its last try was met
//                                         by, and when the next is due (null: there is none)
//
// A paid invoice stays paid (409); an expired one may be paid late. The call answers after the
// first try of each copy, all at once: the invoice, and in `webhook_answers` what they were met by.

import Domain
import FastCGI
import JSON
import Storage

/// What the control call wants of an invoice.
struct StatusChange: Sendable {
  let status: Invoice.Status
  var paidAmount: String?
  var currency: String?
  /// The way that the payer chose.
  var channel: PaymentChannel?
  var copies = 1
}

extension Sandbox {
  func showTruth(_ call: Call) throws(Refusal) -> Response {
    show(try database.read { db throws(Refusal) in try db.allInvoices() })
  }

  func showWebhooks(_ call: Call) throws(Refusal) -> Response {
    let records = try database.read { db throws(Refusal) in try db.deliveryRecords() }
    return .json { writer in
      writer.array { list in
        for record in records { list.element(object: record.write) }
      }
    }
  }

  func setStatus(_ call: Call) throws(Refusal) -> Response {
    let change: StatusChange
    do throws(APIError) {
      change = try StatusChange(call.body.whole())
    } catch {
      return error.response
    }
    guard let (invoice, deliveries) = try make(change, on: call.id, at: call.now) else {
      return try refusal(call.id)
    }
    let answers = deliver(deliveries)
    return .json { writer in
      writer.object { object in
        invoice.writeMembers(&object, url: invoiceURL(invoice.id))
        object.member("webhook_answers", array: { list in answers.forEach { list.element($0) } })
      }
    }
  }

  /// Changes the invoice and stores its webhooks in one transaction; nil if it may not be.
  func make(
    _ change: StatusChange, on id: String, at now: Timestamp
  ) throws(Refusal) -> (Invoice, [Delivery])? {
    let switches = currentSwitches
    return try database.write { db throws(Refusal) in
      guard let invoice = try db.set(change, on: id, at: now) else { return nil }
      let webhook = invoice.webhook(switches)
      var deliveries: [Delivery] = []
      for _ in 0..<change.copies {
        deliveries.append(try db.enqueue(webhook, due: now.adding(seconds: leaseSeconds)))
      }
      return (invoice, deliveries)
    }
  }

  private func refusal(_ id: String) throws(Refusal) -> Response {
    let exists = try database.read { db throws(Refusal) in
      try db.invoice(id, at: Timestamp(microseconds: .max)) != nil
    }
    guard exists else { return APIError.notFound(id).response }
    return APIError(
      status: 409, code: "STATUS_CONFLICT", message: "What is paid stays paid"
    ).response
  }
}

extension StatusChange {
  fileprivate init(_ body: [UInt8]) throws(APIError) {
    var members = try Members(body: body)
    members.refuseOthers(than: ["status", "paid_amount", "currency", "webhook", "copies"])
    members.require(["status"])
    let status = members.choice("status", of: Invoice.Status.self)
    if status == .pending { members.note("status", "must be PAID, SETTLED or EXPIRED") }
    paidAmount = members.number("paid_amount", in: -1e300...1e300)?.digits
    currency = members.text("currency", lengths: 1...255)
    let isSent = members.bool("webhook") ?? true
    copies = isSent ? Int(members.whole("copies", in: 1...256) ?? 1) : 0
    guard members.mistakes.isEmpty, let status else { throw .validation(members.mistakes) }
    self.status = status
  }
}
