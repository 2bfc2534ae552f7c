// Millions of steps of everything at once, from seeds; and the same with one guard taken out, which
// must be found soon.

import Foundation
import Programs
import Support
import Testing

@Suite("The simulation", .serialized, aboutSQLite)
struct SimulationTests {
  private static let program = Checkout.program("dompet-simulation")
  private static let isBuilt = Checkout.isBuilt("dompet-simulation")
  private static let stepsOfNormalRun = 1_000_000
  /// So soon a missing guard must be found.
  private static let stepsOfMutant = 100_000

  @Test(
    "keeps every promise through a million steps of faults",
    .enabled(if: isBuilt, "dompet-simulation is not built for release"))
  func longRun() throws {
    let steps = Self.stepsOfNormalRun * Scale.factor
    let result = try runCommand(
      Self.program, ["--steps", "\(steps)"], timeoutSeconds: 600 * Double(Scale.factor))
    #expect(result.status == 0, "\(tail(result.output))")
    Report.fault("a simulation of everything at once", tried: steps, lost: 0, doubled: 0)
  }

  @Test(
    "replays a seed exactly", .enabled(if: isBuilt, "dompet-simulation is not built for release"))
  func replay() throws {
    let runs = try (1...2).map { _ in
      try runCommand(Self.program, ["--seed", "7", "--steps", "20000"])
    }
    let traces = runs.map { run in
      run.output.split(separator: "\n").first { $0.contains("trace") }
    }
    #expect(traces[0] != nil)
    #expect(traces[0] == traces[1])
  }

  @Test("tells how it is used", .enabled(if: isBuilt, "dompet-simulation is not built for release"))
  func usage() throws {
    for arguments in [["--seed"], ["--seed", "x"], ["--steps", "0"], ["more"]] {
      #expect(try runCommand(Self.program, arguments).status == 64)
    }
  }

  @Test(
    "finds a missing guard",
    .enabled(if: Guard.allCases.allSatisfy(\.isBuilt), "Tests/Faults/mutant has not built them"),
    arguments: Guard.allCases)
  func mutant(guard missing: Guard) throws {
    let result = try runCommand(
      missing.program, ["--steps", "\(Self.stepsOfMutant)"], timeoutSeconds: 300)
    #expect(result.status == 1)
    let step = try #require(
      result.output.firstMatch(of: /FOUND at step (\d+)/).flatMap { Int($0.1) },
      "\(missing.rawValue) was not found: \(tail(result.output))")
    #expect(step <= Self.stepsOfMutant)
    Report.fault(
      "control: mutant \(missing.rawValue)", tried: step, lost: 0, doubled: 0,
      control: "caught at step \(step)")
  }

  private func tail(_ output: String) -> String {
    output.split(separator: "\n").suffix(6).joined(separator: "\n")
  }
}

/// The guards of the money paths; `Mutants/NAME.patch` takes one out, in all its layers.
enum Guard: String, CaseIterable {
  case compareAndSet = "compare-and-set"
  case onceOnlyKey = "once-only-key"
  case durableBeforeJudged = "durable-before-judged"
  case amountCheck = "amount-check"
  case lookUpBeforeCreate = "look-up-before-create"
  case lease

  var program: String { Checkout.root + "/.build-mutants/\(rawValue)/dompet-simulation" }
  var isBuilt: Bool { FileManager.default.isExecutableFile(atPath: program) }
}
