// dompet-simulation: everything that happens to a wallet, at random from a seed, with every fault
// that can be thought of, through the code that the programs run.

import Glibc
import Service

@main
struct Program {
  private static let usage = """
    usage: dompet-simulation [--seed N] [--steps N] [--verbose]

    Runs episodes from the seed on (1), until so many steps (1000000) are done. Prints how often
    each thing came to pass. A run of 1000000 steps or more fails where one came below 100 times.

      --verbose   runs the one episode of this seed, and prints all that happens

    exit status: 0; 1 if something is that must not be; 64 for usage.
    """

  static func main() {
    var (seed, steps, isVerbose) = (UInt64(1), 1_000_000, false)
    var arguments = CommandLine.arguments.dropFirst()
    while let argument = arguments.popFirst() {
      switch argument {
      case "--verbose": isVerbose = true
      case "--seed":
        guard let number = arguments.popFirst().flatMap({ UInt64($0) }) else { refuse() }
        seed = number
      case "--steps":
        guard let number = arguments.popFirst().flatMap({ Int($0) }), number > 0 else { refuse() }
        steps = number
      default: refuse()
      }
    }
    do {
      var simulation = try Simulation(seed: seed, isVerbose: isVerbose)
      exit(try simulation.run(steps: isVerbose ? 1 : steps) ? 0 : 1)
    } catch {
      print("dompet-simulation: \(error)")
      exit(1)
    }
  }

  private static func refuse() -> Never {
    Terminal.error(usage)
    exit(64)
  }
}
