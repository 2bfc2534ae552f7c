// What must be true once all has healed: the ledger by itself, against Xendit's truth, and against
// everything that anybody was told.

import Domain
import Ledger
import Storage

extension Episode {
  /// Holds the database against all that is known.
  func check() {
    do {
      let database = try open()
      let ledger = try database.read { db throws(Refusal) in
        var audit = Audit(report: { self.found("dompet verify: \($0)") })
        try audit.run(in: db)
        return try LedgerView(of: db)
      }
      checkPaid(ledger)
      checkCredited(ledger)
      checkTold(ledger)
    } catch {
      found("the database cannot be read: \(error)")
    }
  }

  /// I2, from Xendit to us: what was paid is credited once, or an operator knows of it; and no
  /// top-up can be paid by two invoices. (One that the look-up came to only after its top-up was
  /// paid may stay open: nobody has its link, and Xendit's whole list ends it.)
  private func checkPaid(_ ledger: LedgerView) {
    for invoice in invoices.all where invoice.isPaid {
      let credits = ledger.credits.filter { $0.invoiceID == invoice.id }
      if credits.count > 1 { found("\(invoice.id) is credited \(credits.count) times") }
      let isKnown = ledger.events.contains {
        $0.invoiceID == invoice.id && $0.isPaid && ["review", "resolved"].contains($0.state)
      }
      if credits.isEmpty, !isKnown { found("\(invoice.id) was paid, and nobody knows") }
    }
    for topUp in ledger.topUps {
      let open = invoices.places(of: topUp.reference).filter {
        invoices[$0].status == .pending
          && (profile.isRebuilt
            || invoices[$0].foundMilliseconds <= invoices[$0].createdMilliseconds)
      }
      if open.count > 1 { found("\(topUp.reference) has \(open.count) invoices to pay") }
    }
  }

  /// I2, from us to Xendit: what is credited was paid just so, or an operator knows that it was
  /// not.
  private func checkCredited(_ ledger: LedgerView) {
    for credit in ledger.credits {
      let invoice = invoices.place(ofID: credit.invoiceID).map { invoices[$0] }
      let isTrue =
        invoice?.isPaid == true && invoice?.paidAmount == credit.amount
        && invoice?.reference == credit.reference
      let isKnown = ledger.events.contains {
        $0.reason == Oddity.creditedUnpaid.rawValue && $0.invoiceID == credit.invoiceID
      }
      if !isTrue, !isKnown { found("\(credit.invoiceID) is credited unpaid, and nobody knows") }
    }
  }

  /// I3 and I4: whatever anybody was told is so; a key has one top-up.
  private func checkTold(_ ledger: LedgerView) {
    for (number, order) in books.orders.enumerated() {
      let user = books.users[order.user].user.text
      let mine = ledger.topUps.filter { $0.user == user && $0.key == order.key?.text }
      if order.key != nil, mine.count > 1 { found("order \(number) has \(mine.count) top-ups") }
      guard let told = order.told else { continue }
      let isThere = mine.contains {
        $0.id == told.id && $0.reference == told.reference && $0.amount == order.amount.rupiah
          && (told.url == nil || $0.url == told.url)
      }
      if !isThere { found("order \(number) was told \(told), which is not there") }
    }
    for (digest, isCredited) in books.answered {
      guard let event = ledger.events.first(where: { $0.digest == digest }) else {
        found("the event \(hexadecimal(digest)) was answered, and is not there")
        continue
      }
      if isCredited, !ledger.credits.contains(where: { $0.invoiceID == event.invoiceID }) {
        found("an event was answered as credited, and \(event.invoiceID ?? "") is not")
      }
    }
  }
}

/// What the database says, read without the code that is tested.
private struct LedgerView {
  struct Credit { let invoiceID: String, amount: Int64, reference: String? }
  struct TopUp {
    let id: String, user: String, key: String?, reference: String, amount: Int64, url: String?
  }
  struct Event {
    let digest: [UInt8], invoiceID: String?, status: String?, state: String, reason: String?
    var isPaid: Bool { status == "PAID" || status == "SETTLED" }
  }

  let credits: [Credit]
  let topUps: [TopUp]
  let events: [Event]

  init(of db: any Connection) throws(Refusal) {
    credits = try db.query(
      "SELECT invoice_id, amount, reference FROM wallet_transactions WHERE type = 'TOP_UP'", []
    ) { row throws(Refusal) in
      Credit(
        invoiceID: try row.text(0), amount: try row.integer(1),
        reference: try row.optionalText(2))
    }
    topUps = try db.query(
      "SELECT id, user_id, idempotency_key, reference, amount, invoice_url FROM wallet_top_ups", []
    ) { row throws(Refusal) in
      TopUp(
        id: try row.text(0), user: try row.text(1), key: try row.optionalText(2),
        reference: try row.text(3), amount: try row.integer(4), url: try row.optionalText(5))
    }
    events = try db.query(
      "SELECT digest, invoice_id, status, state, reason FROM webhook_events", []
    ) { row throws(Refusal) in
      Event(
        digest: try row.bytes(0), invoiceID: try row.optionalText(1),
        status: try row.optionalText(2), state: try row.text(3),
        reason: try row.optionalText(4))
    }
  }
}
