// Clients that ask for top-ups, and ask again when the answer does not come.

import Domain
import Ledger
import Payments
import Service

extension Episode {
  /// A new wish, mostly with a key.
  func order() {
    let key = dice.happens(perMille: 900) ? try? IdempotencyKey("key-\(books.orders.count)") : nil
    let amount = Money(rupiah: dice.pick([1000, 10_000, 50_000, 123_456, 1_000_000_000]))
    books.orders.append(Order(user: dice.below(books.users.count), amount: amount, key: key))
    ask(books.orders.count - 1)
  }

  /// The same wish once more, of the latest ones rather than of old ones.
  func orderAgain() {
    let recent = books.orders.indices.suffix(dice.pick([3, 10, 1000])).filter {
      books.orders[$0].key != nil
    }
    if !recent.isEmpty { ask(dice.pick(recent)) }
  }

  /// Another wish under a key that came before.
  func orderOtherwise() {
    let stored = books.orders.filter { $0.key != nil && $0.told != nil }
    guard let order = stored.randomElement(of: dice),
      let more = try? order.amount.adding(Money(rupiah: 1))
    else { return }
    operate(.payments, "client \(order.user) reuses a key") { life in
      let request = TopUpRequest(
        userID: books.users[order.user].user, amount: more, key: order.key)
      do throws(Refusal) {
        _ = try life.invoicing.topUp(request, by: deadline(in: life))
        found("a key was taken for another amount")
      } catch {
        guard case .idempotencyKeyReused = error else { return refused(error, nil) }
        tally.count("answer: key with another amount")
      }
    }
  }

  /// A user looks at a top-up, or does not want it any more.
  func lookAtOrder() {
    guard
      let told = books.orders.suffix(20).compactMap(\.told).randomElement(of: dice),
      let reference = TopUpReference(told.reference)
    else { return }
    let isUnwanted = dice.happens(perMille: 150)
    operate(.payments, isUnwanted ? "a user cancels" : "a user looks at", told.reference) { life in
      do throws(Refusal) {
        let topUp = try life.service.database.read { db throws(Refusal) in
          try TopUps.find(reference: reference, in: db)
        }
        guard let topUp else { return found("\(told.reference) is gone") }
        if isUnwanted {
          _ = try life.invoicing.cancel(topUp, by: deadline(in: life))
          if !life.pulse.isOver { tally.count("answer: cancelled") }
        } else {
          _ = try life.invoicing.heal(topUp)
        }
      } catch {
        if case .conflict = error { return tally.count("answer: not to be cancelled") }
        refused(error, nil)
      }
    }
  }

  private func ask(_ number: Int) {
    let order = books.orders[number]
    books.orders[number].attempts += 1
    operate(.payments, "client \(order.user) wants \(order.amount.whole), order \(number)") {
      life in
      let request = TopUpRequest(
        userID: books.users[order.user].user, amount: order.amount, key: order.key)
      do throws(Refusal) {
        let outcome = try life.invoicing.topUp(request, by: deadline(in: life))
        guard !life.pulse.isOver else { return tally.count("answer: never heard") }
        told(outcome, number)
      } catch {
        guard !life.pulse.isOver else { return tally.count("answer: never heard") }
        refused(error, books.orders[number].told)
      }
    }
  }

  private func told(_ outcome: TopUpRequest.Outcome, _ number: Int) {
    let told = Told(
      id: outcome.topUp.id.text, reference: outcome.topUp.reference.text,
      url: outcome.topUp.invoice?.url)
    if let earlier = books.orders[number].told, earlier.id != told.id || order(earlier, lost: told)
    {
      found("order \(number) was told \(earlier), then \(told)")
    }
    books.orders[number].told = told
    if let id = outcome.topUp.invoice?.id, let place = invoices.place(ofID: id) {
      invoices.tellPayer(place)
    }
    let operation = operations.last
    tally.count(
      outcome.isReplay
        ? "answer: key replayed"
        : operation?.lookUps[told.reference] == nil
          ? "answer: new"
          : operation?.hasCreated == true
            ? "answer: resumed, invoice created" : "answer: resumed, invoice adopted")
  }

  /// A link, once told, stays.
  private func order(_ earlier: Told, lost told: Told) -> Bool {
    earlier.url != nil && earlier.url != told.url
  }

  private func refused(_ refusal: Refusal, _ told: Told?) {
    switch refusal {
    case .requestInProgress: tally.count("answer: in progress")
    case .providerRefused(let replayed):
      tally.count("answer: " + (replayed ? "refusal replayed" : "refused by the provider"))
      if told != nil { found("a top-up that was told is refused") }
    case .providerUnavailable: tally.count("answer: provider unavailable")
    case .busy: break
    default: found("a client hears \(refusal)")
    }
  }

  private func deadline(in life: Life) -> Deadline {
    Deadline(milliseconds: Bounds.xenditMilliseconds, in: life.service.world)
  }
}

extension Collection where Index == Int {
  /// Nil if there is none.
  func randomElement(of dice: Dice) -> Element? {
    isEmpty ? nil : self[startIndex + dice.below(count)]
  }
}
