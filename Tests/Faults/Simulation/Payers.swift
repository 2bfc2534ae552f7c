// Payers, and what Xendit reports of them by webhook, sooner or later, once or twice.

import Domain
import Ledger
import Xendit

/// A webhook on its way.
struct Delivery {
  let body: [UInt8]
  let id: String
  let invoiceID: String
  /// Whether it cannot be lost for good: reconciliation asks about a top-up until it is credited,
  /// so of what is paid twice, or to an invoice that nobody was told of, only a webhook tells, or
  /// Xendit's whole list.
  let mustArrive: Bool
  var dueMilliseconds: Int64
  var attempts = 0

  /// Six retries, says Xendit.
  static let retrySeconds: [Int64] = [900, 3600, 10_800, 21_600, 43_200, 86_400]
}

extension Episode {
  /// Somebody pays an invoice: mostly one whose link was told, now and then one that has expired,
  /// and rarely another amount.
  func pay() {
    let isStrange = dice.happens(perMille: 150)
    let payable = invoices.all.indices.filter {
      let invoice = invoices[$0]
      return (invoice.isKnownToPayer || isStrange) && !invoice.isPaid
        && (invoice.status == .pending || dice.happens(perMille: 100))
    }
    guard let place = payable.randomElement(of: dice) else { return }
    let amount = invoices[place].amount
    let paid =
      dice.happens(perMille: 40) ? dice.pick([amount - 1, amount + 1, amount * 2]) : amount
    invoices.pay(place, amount: paid, at: clock.milliseconds)
    step("\(invoices[place].reference) is paid by \(invoices[place].id)", "\(paid)")
    report(place)
  }

  /// Somebody makes an invoice by hand, on Xendit's dashboard, with an open top-up's reference.
  func duplicate() {
    let open = invoices.all.indices.suffix(30).filter {
      let invoice = invoices[$0]
      return invoice.isKnownToPayer && invoice.status == .pending
        && !books.isPaid(invoice.reference) && invoices.places(of: invoice.reference).count == 1
    }
    guard let place = open.randomElement(of: dice) else { return }
    let model = invoices[place]
    _ = invoices.add(
      SimulatedInvoice(
        id: hexadecimal(dice.bytes(12)), reference: model.reference, amount: model.amount,
        metadata: model.metadata, createdMilliseconds: clock.milliseconds,
        expiresMilliseconds: clock.milliseconds + Int64(profile.invoiceSeconds) * 1000,
        foundMilliseconds: clock.milliseconds))
    step("somebody makes another invoice of \(model.reference)")
  }

  /// The money reaches the merchant's account.
  func settle() {
    let paid = invoices.all.indices.filter { invoices[$0].status == .paid }
    guard let place = paid.randomElement(of: dice) else { return }
    invoices.settle(place)
    step("\(invoices[place].id) is settled")
    report(place)
  }

  /// Invoices run out.
  func expireInvoices() {
    for place in invoices.expire(at: clock.milliseconds) where profile.reportsExpiry {
      report(place)
    }
  }

  /// Sends a webhook on its way.
  func report(_ place: Int) {
    let invoice = invoices[place]
    deliveries.append(
      Delivery(
        body: Array(invoice.json(clock).utf8), id: hexadecimal(dice.bytes(8)),
        invoiceID: invoice.id,
        mustArrive: !profile.isRebuilt
          && (!invoice.isKnownToPayer || books.isPaid(invoice.reference)),
        dueMilliseconds: clock.milliseconds + dice.within(0...5000)))
  }

  /// One of the webhooks that are due arrives, in any order.
  func deliver() {
    let due = deliveries.indices.filter { deliveries[$0].dueMilliseconds <= clock.milliseconds }
    guard let index = due.randomElement(of: dice) else { return }
    var delivery = deliveries.remove(at: index)
    let fault = deliveryFault()
    step("a webhook of \(delivery.invoiceID)", fault?.rawValue)
    if let fault { tally.count(fault.name) }
    switch fault {
    case .late:
      delivery.dueMilliseconds += dice.within(60_000...86_400_000)
      deliveries.append(delivery)
      return
    case .lost: break
    case .lostForGood where !delivery.mustArrive: return
    case .lostForGood: break
    case .duplicated:
      deliveries.append(delivery)
      _ = receive(delivery.body, id: delivery.id)
      return
    case .answerLost: _ = receive(delivery.body, id: delivery.id)
    case nil: if receive(delivery.body, id: delivery.id) == 200 { return }
    }
    retry(delivery)
  }

  private func retry(_ failed: Delivery) {
    var delivery = failed
    guard delivery.attempts < Delivery.retrySeconds.count || delivery.mustArrive else { return }
    let wait = Delivery.retrySeconds[min(delivery.attempts, Delivery.retrySeconds.count - 1)]
    delivery.dueMilliseconds = clock.milliseconds + wait * 1000
    delivery.attempts += 1
    deliveries.append(delivery)
  }

  /// What the webhook program does with a body.
  /// - Returns: the status of its answer; nil if none came.
  func receive(_ body: [UInt8], id: String) -> Int? {
    var status: Int?
    operate(.webhook, "a webhook arrives") { life in
      let received = ReceivedEvent(
        body: body, webhookID: id, event: try? Event(webhook: body))
      do throws(Refusal) {
        let verdict = try Settlement.receive(
          received, confirmAbove: profile.confirmAbove, at: clock.now, into: life.service.database)
        guard !life.pulse.isOver else { return }
        books.answered.append((received.digest, verdict == .credited))
        trace.add(
          "    \(received.event?.invoiceID ?? "?"), \(hexadecimal(received.digest)): \(verdict)")
        status = judged(verdict)
      } catch {
        status = unjudged(received, error)
      }
    }
    return status
  }

  /// Where the judgement was made to fail, the event must be stored all the same.
  private func unjudged(_ received: ReceivedEvent, _ refusal: Refusal) -> Int? {
    if case .busy = refusal { return nil }
    guard operations.last?.hasFailedJudgement == true else {
      found("a webhook hears \(refusal)")
      return nil
    }
    trace.add("    \(hexadecimal(received.digest)): the judgement failed")
    tally.count("event: judgement failed")
    books.answered.append((received.digest, false))
    return 500
  }

  private func judged(_ verdict: Verdict) -> Int {
    switch verdict {
    case .credited: tally.count("event: credited")
    case .unchanged: tally.count("event: unchanged")
    case .waiting: tally.count("event: waiting for confirmation")
    case .foreign: tally.count("event: foreign")
    case .review(let oddity):
      tally.count("event: \(oddity)")
      return 400
    }
    return verdict == .foreign ? 404 : 200
  }
}
