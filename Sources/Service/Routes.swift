// From a request to its handler and back: path (404), method (405), then the handler's own order:
// who is asking (401), media type (415), body (400).

import Domain
import FastCGI

/// One call of the API.
public struct Route: Sendable {
  /// Answers the call, or says why not.
  public typealias Handler = @Sendable (borrowing Request) throws(Refusal) -> Response

  let method: String
  let path: String
  let handler: Handler

  /// A call that reads; HEAD is answered alike.
  public static func get(_ path: String, _ handler: @escaping Handler) -> Route {
    Route(method: "GET", path: path, handler: handler)
  }

  /// A call that does something.
  public static func post(_ path: String, _ handler: @escaping Handler) -> Route {
    Route(method: "POST", path: path, handler: handler)
  }
}

/// The route table of a program.
public struct Routes: Sendable {
  private let routes: [Route]
  private let log: Log
  private let world: World

  init(_ routes: [Route], log: Log, world: World) {
    self.routes = routes + [.get("/healthz", health)]
    self.log = log
    self.world = world
  }

  /// Answers a request, whatever happens, and writes its line in the log.
  func answer(_ request: borrowing Request) -> Response {
    let begin = System.monotonicNanoseconds()
    let id = request.id(or: world)
    let method = request.parameter("REQUEST_METHOD") ?? ""
    // The normalised path: the raw REQUEST_URI could name a route by another spelling.
    let path = request.parameter("DOCUMENT_URI") ?? ""
    let known = routes.filter { $0.path == path }
    let response: Response
    do throws(Refusal) {
      response = try answer(request, method: method, among: known)
    } catch {
      report(error, requestID: id)
      response = Problem(error).response(requestID: id)
    }
    log.request(
      id: id, method: known.contains { $0.method == method } ? method : "other",
      route: known.first?.path ?? "none", status: response.status,
      durationMicroseconds: (System.monotonicNanoseconds() - begin) / 1000)
    return response
  }

  private func answer(
    _ request: borrowing Request, method: String, among known: [Route]
  ) throws(Refusal) -> Response {
    guard !known.isEmpty else { throw .notFound }
    let own = known.flatMap { $0.method == "GET" ? ["GET", "HEAD"] : [$0.method] }
    let allowed = own + ["OPTIONS"]
    if method == "OPTIONS" {
      return Response(status: 204, headers: [("Allow", allowed.joined(separator: ", "))])
    }
    let wanted = method == "HEAD" ? "GET" : method
    guard let route = known.first(where: { $0.method == wanted }) else {
      throw .methodNotAllowed(allowed: allowed)
    }
    return try route.handler(request)
  }

  /// Evidence is for the log only.
  private func report(_ refusal: Refusal, requestID: String) {
    switch refusal {
    case .broken(let evidence):
      log.error("unexpected failure", requestID: requestID, evidence: evidence)
    case .busy(let evidence):
      log.warning("store unavailable", requestID: requestID, evidence: evidence)
    case .providerUnavailable(let evidence):
      log.warning("provider unavailable", requestID: requestID, evidence: evidence)
    default: break
    }
  }
}

/// `/healthz` goes through all programs: nginx names the next one, the last one answers.
@Sendable
private func health(_ request: borrowing Request) throws(Refusal) -> Response {
  if let next = request.parameter("HEALTH_NEXT"), !next.isEmpty {
    return Response(status: 200, headers: [("X-Accel-Redirect", next)])
  }
  return .json(200) { $0.member("status", "ok") }
}
