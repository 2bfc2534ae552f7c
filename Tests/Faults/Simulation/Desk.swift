// The operator: looks at what waits for review, knows what Xendit's dashboard says, and corrects
// wallets. Reconciliation is here too, since an operator starts it.

import Domain
import Ledger
import Payments
import Service

extension Episode {
  /// Asks Xendit about what is due, about everything, or for its whole list.
  func reconcile() {
    guard !isReconciling else { return }
    isReconciling = true
    defer { isReconciling = false }
    let walk = dice.pick(weighted: [(12, Walk.due), (4, .all), (5, .list)])
    operate(.reconcile, "reconciles", "\(walk)") { life in
      do throws(Refusal) {
        let counts = try self.walk(walk, life.reconciliation)
        for _ in 0..<counts.confirmed { tally.count("event: confirmed") }
        for _ in 0..<counts.denied { tally.count("event: not confirmed") }
      } catch {
        switch error {
        case .busy, .providerUnavailable: break
        default: found("reconciliation hears \(error)")
        }
      }
    }
  }

  /// What reconciliation walks through.
  enum Walk { case due, all, list }

  func walk(
    _ walk: Walk, _ reconciliation: Reconciliation
  ) throws(Refusal) -> Reconciliation.Counts {
    switch walk {
    case .due: try reconciliation.passOverDue()
    case .all: try reconciliation.pass()
    case .list: try reconciliation.rebuild(since: clock.at(0).adding(seconds: -1))
    }
  }

  /// Resolves one of the events that wait: a credit where Xendit has been paid just so, else
  /// nothing.
  func review() {
    operate(.operation, "an operator looks at the reviews") { life in
      do throws(Refusal) {
        let waiting = try life.service.database.read { db throws(Refusal) in
          var waiting: [Review] = []
          try Reviews.list(in: db) { waiting.append($0) }
          return waiting
        }
        guard let review = waiting.randomElement(of: dice) else { return }
        let resolution = resolution(of: review)
        let decision = decision
        let isNew = try life.service.database.write { db throws(Refusal) in
          try Reviews.resolve(review.id, as: resolution, decision, at: self.clock.now, in: db)
        }
        guard isNew else { return }
        tally.count(resolution == .dismissed ? "operator: dismissed" : "operator: credited")
      } catch {
        decided(error)
      }
    }
  }

  private func resolution(of review: Review) -> Resolution {
    guard let place = review.invoiceID.flatMap({ invoices.place(ofID: $0) }),
      invoices[place].isPaid, invoices[place].paidAmount == review.amount?.rupiah,
      invoices[place].reference == review.reference
    else { return .dismissed }
    let order = books.orders.first { $0.told?.reference == review.reference }
    return .credited(to: books.users[order?.user ?? 0].wallet)
  }

  /// Adds to a wallet or takes from it; some keys come twice.
  func adjust() {
    let user = dice.below(books.users.count)
    let number = dice.below(40)
    let amount = Money(rupiah: number % 3 == 0 ? -70_000 * Int64(number + 1) : Int64(number + 1))
    let (wallet, decision) = (books.users[user].wallet, decision)
    let key = try? IdempotencyKey("adjustment-\(number)")
    operate(.operation, "an operator adjusts a wallet") { life in
      do throws(Refusal) {
        let outcome = try life.service.database.write { db throws(Refusal) in
          try Adjustments.adjust(
            wallet, by: amount, decision, key: key, overdraft: number % 6 == 0,
            at: self.clock.now, in: db)
        }
        tally.count(outcome.isReplay ? "operator: adjusted before" : "operator: adjusted")
      } catch {
        decided(error)
      }
    }
  }

  /// Takes one of a wallet's first transactions back.
  func reverse() {
    let wallet = dice.pick(books.users).wallet
    let id = TransactionID(wallet: wallet, sequence: dice.within(1...12))
    let decision = decision
    operate(.operation, "an operator reverses \(id)") { life in
      do throws(Refusal) {
        let outcome = try life.service.database.write { db throws(Refusal) in
          try Adjustments.reverse(id, decision, overdraft: false, at: self.clock.now, in: db)
        }
        tally.count(outcome.isReplay ? "operator: reversed before" : "operator: reversed")
      } catch {
        decided(error)
      }
    }
  }

  private func decided(_ refusal: Refusal) {
    switch refusal {
    case .conflict: tally.count("operator: conflict")
    case .insufficientFunds: tally.count("operator: insufficient funds")
    case .busy, .notFound: break
    default: found("an operator hears \(refusal)")
    }
  }
}
