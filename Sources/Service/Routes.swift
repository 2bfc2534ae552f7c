// From a request to its handler and back: path (404), method (405), then the handler's own order:
// who is asking (401), media type (415), body (400).

import Domain
import FastCGI
import Synchronization

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
    around = path.firstIndex(of: "{").flatMap { open in
      path.firstIndex(of: "}").map { close in
        (String(path[..<open]), String(path[path.index(after: close)...]))
      }
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

  private let figures: Figures
  /// One for each route, and one for requests that none is for.
  private let counts: [RouteFigures]

  /// Adds the routes for the machine itself, which all programs have.
  init(_ routes: [Route], figures: Figures, program: String, log: Log, world: World) {
    let path = "/metrics/" + program.dropFirst("dompet-".count)
    let counted =
      routes.map { ($0.method.rawValue, $0.path) } + [
        ("GET", "/healthz"), ("GET", path), ("other", "none"),
      ]
    let counts = counted.map { RouteFigures(method: $0.0, route: $0.1) }
    self.routes =
      routes + [
        Route(.get, "/healthz") { request throws(Refusal) in passOn(request, saying: "ok") },
        Route(.get, path) { _ throws(Refusal) in
          var metrics = Metrics()
          RouteFigures.add(counts, to: &metrics)
          try figures.add(to: &metrics)
          return metrics.response
        },
      ]
    self.counts = counts
    self.figures = figures
    self.log = log
    self.world = world
  }

  /// Answers a request, whatever happens, and writes its line in the log.
  func answer(_ request: borrowing Request) -> Response {
    let begin = System.monotonicNanoseconds()
    let id = request.id(or: world)
    request.context.id = id
    figures.running.add(1, ordering: .relaxed)
    defer { figures.running.subtract(1, ordering: .relaxed) }
    let method = request.parameter("REQUEST_METHOD") ?? ""
    // The normalised path: the raw REQUEST_URI could name a route by another spelling.
    let path = request.parameter("DOCUMENT_URI") ?? ""
    let found = find(method, path)
    let response: Response
    do throws(Refusal) {
      response = try answer(request, method: method, path: path, found)
    } catch {
      report(error, requestID: id)
      response = Problem(error).response(requestID: id)
    }
    let microseconds = (System.monotonicNanoseconds() - begin) / 1000
    counts[found?.place ?? routes.count].count(
      status: response.status, microseconds: microseconds)
    log.request(
      id: id, userID: request.context.userID,
      method: found != nil && method != "HEAD" ? method : "other",
      route: (found.map { routes[$0.place] } ?? routes.first { $0.match(path) != nil })?.path
        ?? "none",
      status: response.status, durationMicroseconds: microseconds)
    return response
  }

  /// The route for a call, and what stands at `{id}`; HEAD is answered like GET.
  private func find(_ method: String, _ path: String) -> (place: Int, id: String)? {
    let wanted = method == "HEAD" ? "GET" : method
    for (place, route) in routes.enumerated() where route.method.rawValue == wanted {
      if let id = route.match(path) { return (place, id) }
    }
    return nil
  }

  private func answer(
    _ request: borrowing Request, method: String, path: String, _ found: (place: Int, id: String)?
  ) throws(Refusal) -> Response {
    if let found { return try routes[found.place].answer(request, found.id) }
    let own = routes.filter { $0.match(path) != nil }.flatMap { route in
      route.method == .get ? ["GET", "HEAD"] : [route.method.rawValue]
    }
    guard !own.isEmpty else { throw .notFound }
    let allowed = own + ["OPTIONS"]
    guard method == "OPTIONS" else { throw .methodNotAllowed(allowed: allowed) }
    return Response(status: 204, headers: [("Allow", allowed.joined(separator: ", "))])
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
