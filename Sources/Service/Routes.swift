// From a request to its handler and back: path (404), method (405), then the handler's own order:
// who is asking (401), media type (415), body (400).

import Domain
import FastCGI

/// One call of the API.
public struct Route: Sendable {
  /// Answers the call, or says why not.
  public typealias Handler = @Sendable (borrowing Request) throws(Refusal) -> Response
  /// The same for a path with `{id}` in it, with what stands there: one segment, not empty.
  public typealias IDHandler = @Sendable (borrowing Request, String) throws(Refusal) -> Response

  /// What a call does (RFC 9110, section 9.3; PATCH is RFC 5789). HEAD is answered like GET.
  public enum Method: String, Sendable {
    case get = "GET"
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"
  }

  let method: Method
  let path: String
  /// What stands before and after `{id}`; nil where the path has none.
  private let around: (before: String, after: String)?
  private let handler: IDHandler

  public init(_ method: Method, _ path: String, _ handler: @escaping Handler) {
    self.init(method, path) { request, _ throws(Refusal) in try handler(request) }
  }

  public init(_ method: Method, _ path: String, _ handler: @escaping IDHandler) {
    self.method = method
    self.path = path
    around = path.firstRange(of: "{id}").map { hole in
      (String(path[..<hole.lowerBound]), String(path[hole.upperBound...]))
    }
    self.handler = handler
  }

  /// What stands at `{id}`, or nothing where the path has none; nil if it is another path.
  func match(_ path: String) -> String? {
    guard let (before, after) = around else { return path == self.path ? "" : nil }
    guard path.hasPrefix(before) else { return nil }
    let rest = path.dropFirst(before.count)
    guard rest.hasSuffix(after) else { return nil }
    let id = rest.dropLast(after.count)
    return id.isEmpty || id.contains("/") ? nil : String(id)
  }

  func answer(_ request: borrowing Request, _ id: String) throws(Refusal) -> Response {
    try handler(request, id)
  }
}

/// The route table of a program.
public struct Routes: Sendable {
  private let routes: [Route]
  private let log: Log
  private let world: World

  init(_ routes: [Route], log: Log, world: World) {
    self.routes = routes + [Route(.get, "/healthz", health)]
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
    let known = routes.compactMap { route in route.match(path).map { (route: route, id: $0) } }
    let response: Response
    do throws(Refusal) {
      response = try answer(request, method: method, among: known)
    } catch {
      report(error, requestID: id)
      response = Problem(error).response(requestID: id)
    }
    log.request(
      id: id, method: known.contains { $0.route.method.rawValue == method } ? method : "other",
      route: known.first?.route.path ?? "none", status: response.status,
      durationMicroseconds: (System.monotonicNanoseconds() - begin) / 1000)
    return response
  }

  private func answer(
    _ request: borrowing Request, method: String, among known: [(route: Route, id: String)]
  ) throws(Refusal) -> Response {
    guard !known.isEmpty else { throw .notFound }
    let own = known.map(\.route.method).flatMap { method in
      method == .get ? ["GET", "HEAD"] : [method.rawValue]
    }
    let allowed = own + ["OPTIONS"]
    if method == "OPTIONS" {
      return Response(status: 204, headers: [("Allow", allowed.joined(separator: ", "))])
    }
    let wanted = method == "HEAD" ? "GET" : method
    guard let (route, id) = known.first(where: { $0.route.method.rawValue == wanted }) else {
      throw .methodNotAllowed(allowed: allowed)
    }
    return try route.answer(request, id)
  }

  /// Evidence is for the log only.
  private func report(_ refusal: Refusal, requestID: String) {
    switch refusal {
    case .broken(let evidence):
      log.error("unexpected failure", requestID: requestID, evidence: evidence)
    case .busy(let evidence):
      log.warning("store unavailable", requestID: requestID, evidence: evidence)
    case .providerUnavailable(let evidence, _):
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
