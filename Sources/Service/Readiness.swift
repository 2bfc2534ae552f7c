// GET /readyz: can this program do its work now? For the machine itself.
//
// It really writes, since nothing else proves that writing is possible. A result holds for a while
// and one request at a time finds out, so that however often it is asked, there are at most a few
// writes a minute and no queue.

import Domain
import FastCGI
import JSON
import Ledger
import Storage
import Synchronization

/// Finds out what keeps a program from its work.
final class Readiness: Sendable {
  enum Obstacle: String, Sendable {
    case noWrites = "The store takes no writes."
    case otherSchema = "The store has another schema than this program knows."
    case noRoom = "The disk of the store is nearly full."
    case unknown = "It is still being found out."
  }

  /// A write each so often: what has broken is seen within this time.
  private static let validMilliseconds: Int64 = 5000

  private struct State {
    var obstacle: Obstacle? = .unknown
    var foundAt: Int64?
    var isBusy = false
  }

  private let database: any Database
  /// Where room is looked for; a server looks after its own.
  private let path: String?
  private let service: Service
  private let program: String
  private let state = Mutex(State())

  init(_ database: any Database, _ settings: Settings, _ service: Service) {
    self.database = database
    path = settings.database.path
    program = settings.program
    self.service = service
  }

  /// 200, or on to the next program · 503 with what is wrong
  func answer(_ request: borrowing Request) throws(Refusal) -> Response {
    guard let obstacle = current(request) else { return passOn(request, saying: "ready") }
    return Problem(
      status: 503, name: "not-ready", title: "The service is not ready",
      detail: "\(program): \(obstacle.rawValue)"
    ).response(requestID: request.context.id)
  }

  /// What was found last, or, if that is too long ago and nobody else is at it, what is found now.
  /// Whoever comes while somebody has been at it for long is told so.
  private func current(_ request: borrowing Request) -> Obstacle? {
    let now = service.world.monotonicMilliseconds()
    let known: Obstacle?? = state.withLock { state in
      let isValid = state.foundAt.map { now - $0 < Self.validMilliseconds } ?? false
      if isValid { return .some(state.obstacle) }
      if state.isBusy { return .some(.unknown) }
      state.isBusy = true
      return nil
    }
    if let known { return known }
    let found = find(requestID: request.context.id)
    state.withLock {
      $0 = State(obstacle: found, foundAt: service.world.monotonicMilliseconds(), isBusy: false)
    }
    return found
  }

  private func find(requestID: String) -> Obstacle? {
    if let path {
      let room = System.freeBytes(path)
      guard let room, room >= Bounds.freeBytesMin else {
        log(.noRoom, "free bytes: \(room.map(String.init) ?? "unknown")", requestID)
        return .noRoom
      }
    }
    do throws(Refusal) {
      guard try database.hasKnownSchema() else {
        log(.otherSchema, "see schema_migrations", requestID)
        return .otherSchema
      }
      let now = service.world.now()
      try database.write { db throws(Refusal) in try Maintenance.probe(at: now, in: db) }
      return nil
    } catch {
      log(.noWrites, "\(error)", requestID)
      return .noWrites
    }
  }

  private func log(_ obstacle: Obstacle, _ evidence: String, _ requestID: String) {
    service.log.warning(
      "not ready: \(obstacle.rawValue)", requestID: requestID, evidence: evidence)
  }
}

/// `/healthz` and `/readyz` go through all programs: nginx names the next, the last answers.
@Sendable
func passOn(_ request: borrowing Request, saying status: String) -> Response {
  if let next = request.parameter("HEALTH_NEXT"), !next.isEmpty {
    return Response(status: 200, headers: [("X-Accel-Redirect", next)])
  }
  return .json(200) { $0.member("status", status) }
}
