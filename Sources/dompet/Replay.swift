// dompet event replay: judges a stored event again, through the code that the webhook runs.

import ArgumentParser
import Domain
import Ledger
import Service
import Xendit

extension EventCommand {
  struct Replay: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Judges an event again, as if it came once more.",
      discussion: """
        For one that waits, when what was missing has come. An invoice is credited once, however \
        often its events are judged; what has been settled or resolved stays so. A payment that \
        Xendit did not confirm waits for Xendit's word again: dompet reconcile asks.
        """)

    @Argument(help: "The event's id.")
    var id: Int64

    func run() throws {
      let event = try found(id, "dompet event replay")
      guard let body = event.keptBody else { throw stop("its body is no longer kept") }
      // What only an operator can resolve would lose the reason why it waits.
      guard let report = try? Event(webhook: body) else {
        throw stop("its body is no report on an invoice. Use dompet review resolve")
      }
      var configuration = Configuration.forOperator("dompet event replay")
      let (settings, confirmAbove) = configuration.finish(
        configuration.settings(), configuration.confirmAbove())
      let isDenied = event.reason == Oddity.notConfirmed.rawValue
      let received = ReceivedEvent(body: body, webhookID: event.webhookID, event: report)
      let database = Service.openForOperator(settings)
      let verdict: Verdict
      do throws(Refusal) {
        verdict = try Settlement.receive(
          received, confirmAbove: isDenied ? .zero : confirmAbove, at: World.real.now(),
          into: database)
      } catch {
        throw stop("\(error)")
      }
      try tell(verdict, before: event.state)
    }

    private func tell(_ verdict: Verdict, before state: Events.State) throws {
      switch verdict {
      case .credited: print("event \(id): its payment is credited now")
      case .waiting: print("event \(id): it waits for Xendit's word. Run dompet reconcile")
      case .foreign: print("event \(id): it is about another business's invoice: nothing to do")
      case .unchanged where state == .review || state == .waiting:
        print("event \(id): it is settled: nothing was left to do")
      case .unchanged: print("event \(id): nothing to do: it is \(state.rawValue)")
      case .review(let oddity):
        print("event \(id): it waits for review: \(oddity.rawValue)")
        throw ExitCode(1)
      }
    }

    private func stop(_ reason: String) -> ExitCode {
      Terminal.error("dompet event replay: event \(id) cannot be judged again: \(reason).")
      return ExitCode(1)
    }
  }
}
