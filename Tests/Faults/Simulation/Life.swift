// One life of a program: from its start to its crash. What it remembers dies with it.

import Domain
import HTTPClient
import Payments
import Schema
import Service
import Storage
import XenditAPI

/// The programs of an installation. A second `reconcile` is an operator's, beside the one that
/// runs for ever.
enum ProgramName: String, CaseIterable {
  case payments, webhook, reconcile, operation = "operator"
}

/// Whether a program still lives. Whatever it calls after its end has no effect.
///
/// Sendable because the whole simulation runs on one thread.
final class Pulse: @unchecked Sendable {
  var isOver = false
}

/// A running program: its own connections to the database, its own memory.
struct Life {
  let pulse: Pulse
  let service: Service
  let invoicing: Invoicing
  let reconciliation: Reconciliation

  /// - Throws: if the database cannot be opened, which must not be.
  init(of program: ProgramName, in episode: Episode) throws(StorageFailure) {
    let pulse = Pulse()
    self.pulse = pulse
    let database = FaultyDatabase(
      try SQLiteDatabase(
        path: episode.path, migrations: Schema.migrations,
        mode: program == .operation ? .single : .service),
      of: program, pulse, in: episode)
    let world = episode.world(of: pulse)
    service = Service(
      database: database, world: world,
      log: Log(program: program.rawValue, level: .critical, world: world))
    let client = XenditClient(
      baseURL: Call.baseURL, secretKey: "xnd_development_simulation"
    ) { request, milliseconds throws(HTTPFailure) in
      try episode.exchange(request, milliseconds, of: program, pulse)
    }
    let provider = Provider(
      client, InvoiceTerms(durationSeconds: episode.profile.invoiceSeconds))
    invoicing = Invoicing(service, provider, simultaneousMax: 16)
    reconciliation = Reconciliation(service, provider)
  }
}

extension Episode {
  /// Time and chance as a program has them.
  func world(of pulse: Pulse) -> World {
    World(
      now: { self.clock.now },
      monotonicMilliseconds: { self.clock.milliseconds },
      wait: { milliseconds in
        guard !pulse.isOver else { return }
        self.clock.advance(milliseconds)
        self.step("waits")
      },
      randomBytes: { self.dice.bytes($0) })
  }

  /// The program's present life; a new one if it has crashed.
  func life(of program: ProgramName) -> Life? {
    if let life = lives[program] { return life }
    do throws(StorageFailure) {
      let life = try Life(of: program, in: self)
      lives[program] = life
      return life
    } catch {
      found("\(program.rawValue) does not start: \(error)")
      return nil
    }
  }

  /// Ends a program's life at once.
  func crash(_ program: ProgramName, _ pulse: Pulse) {
    trace.add("    \(program.rawValue) crashes")
    pulse.isOver = true
    if lives[program]?.pulse === pulse { lives[program] = nil }
  }
}
