// What an episode is like. Each draws its own: where every fault is always possible, some hide
// others (A. Groce et al., "Swarm Testing", ISSTA 2012).

import Domain

/// The temper of one episode.
struct Profile {
  let networkFaults: [NetworkFault]
  let networkFaultsPerMille: Int
  let writeFaults: [WriteFault]
  let writeFaultsPerMille: Int
  let deliveryFaults: [DeliveryFault]
  let deliveryFaultsPerMille: Int
  /// How often a paused operation is met by another one.
  let meetingsPerMille: Int
  /// Nil if the wall clock is always right.
  let clockJumpMilliseconds: Int64?
  /// Whether the callback token has leaked.
  let tokenHasLeaked: Bool
  /// Expiry is an opt-in of Xendit's webhooks.
  let reportsExpiry: Bool
  /// In which order the look-up lists invoices is not documented.
  let listsNewestFirst: Bool
  let invoiceSeconds: Int
  /// The webhook program's CONFIRM_ABOVE.
  let confirmAbove: Money?
  /// Whether Xendit's whole list is gone through in the end.
  let isRebuilt: Bool

  init(_ dice: Dice) {
    func some<T>(_ all: [T]) -> [T] {
      all.filter { _ in dice.happens(perMille: 700) }
    }
    networkFaults = some(NetworkFault.allCases)
    networkFaultsPerMille = dice.pick([0, 100, 200, 300])
    writeFaults = some(WriteFault.allCases)
    writeFaultsPerMille = dice.pick([0, 10, 30, 70])
    deliveryFaults = some(DeliveryFault.allCases)
    deliveryFaultsPerMille = dice.pick([0, 200, 500, 900])
    meetingsPerMille = dice.pick([0, 50, 150, 300])
    clockJumpMilliseconds = dice.pick([nil, nil, 30_000, 3_600_000, 86_400_000])
    tokenHasLeaked = dice.happens(perMille: 600)
    reportsExpiry = dice.happens(perMille: 500)
    listsNewestFirst = dice.happens(perMille: 500)
    invoiceSeconds = dice.pick([600, 3600, 86_400])
    confirmAbove = dice.pick([nil, Money(rupiah: 100_000)])
    isRebuilt = dice.happens(perMille: 300)
  }
}
