// One run: episode after episode, each from the seed after the last one's.

import Glibc

/// A run of many episodes, and its report.
struct Simulation {
  /// So many steps of faults each; healing comes on top.
  private static let stepsPerEpisode = 2500
  /// From here on each expected thing must have come to pass often enough.
  private static let stepsOfLongRun = 1_000_000
  private static let countMin = 100

  private let files: Files
  private let isVerbose: Bool
  private let tally = Tally()
  private var trace: Trace
  private var seed: UInt64
  private var steps = 0

  init(seed: UInt64, isVerbose: Bool) throws {
    files = try Files()
    self.seed = seed
    self.isVerbose = isVerbose
    trace = Trace(isShown: isVerbose)
  }

  /// - Returns: whether all is as it must be.
  mutating func run(steps stepsMax: Int) throws -> Bool {
    defer { files.remove() }
    let begin = seconds()
    while steps < stepsMax {
      try files.renew()
      let episode = try Episode(seed: seed, path: files.path, tally: tally, trace: trace)
      episode.run(steps: Simulation.stepsPerEpisode)
      steps += episode.steps
      if let finding = episode.finding {
        tell(finding, stepsBefore: steps - episode.steps)
        return false
      }
      seed += 1
    }
    return report(seconds: seconds() - begin)
  }

  private func tell(_ finding: (step: Int, text: String), stepsBefore: Int) {
    print(
      """
      FOUND at step \(stepsBefore + finding.step), in episode \(seed) at its step \(finding.step):
        \(finding.text)
      To see it again: dompet-simulation --seed \(seed) --verbose
      """)
  }

  private func report(seconds: Double) -> Bool {
    guard !isVerbose else { return true }
    for (name, count) in tally.lines { print("\(count)\t\(name)") }
    print("next seed \(seed), trace \(String(trace.hash, radix: 16))")
    print("\(steps) steps, \(Int(Double(steps) / seconds)) steps/s of processor time")
    let rare = tally.lines.filter {
      $0.count < Simulation.countMin && Tally.expected.contains($0.name)
    }
    guard steps >= Simulation.stepsOfLongRun, !rare.isEmpty else { return true }
    for (name, count) in rare { print("TOO RARE: \(name), \(count) times") }
    return false
  }

  /// Of the processor: it has one thread, and the machine may have other work.
  private func seconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
