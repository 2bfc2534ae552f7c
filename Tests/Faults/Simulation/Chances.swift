// Which fault befalls what, drawn from the episode's profile.

extension Episode {
  func networkFault(on kind: Call.Kind) -> NetworkFault? {
    // Some of the calls are rare, and have the same faults to survive.
    let isRare = kind == .get || kind == .expire || kind == .list
    let perMille = profile.networkFaultsPerMille * (isRare ? 3 : 1)
    let faults = profile.networkFaults.filter { $0.befalls(kind) }
    guard !isCalm, !faults.isEmpty, dice.happens(perMille: perMille) else { return nil }
    return dice.pick(weighted: faults.map { ($0.weight, $0) })
  }

  func writeFault(in program: ProgramName) -> WriteFault? {
    let operation = operations.last
    let fault = fault(
      of: profile.writeFaults.filter { $0.befalls(program) },
      perMille: profile.writeFaultsPerMille * (program == .operation ? 4 : 1))
    guard fault == .judgementFails else { return fault }
    if operation?.hasFailedJudgement != false { return nil }
    operation?.hasFailedJudgement = true
    return fault
  }

  func deliveryFault() -> DeliveryFault? {
    fault(of: profile.deliveryFaults, perMille: profile.deliveryFaultsPerMille)
  }

  private func fault<Fault>(of faults: [Fault], perMille: Int) -> Fault? {
    guard !isCalm, !faults.isEmpty, dice.happens(perMille: perMille) else { return nil }
    return dice.pick(faults)
  }
}
