// The log: one JSON object a line on standard error, through swift-log.
//
// Nothing that a client sent is logged but the request's method, and the route by our own name.
// Tokens, passwords, keys and bodies never are.

import Domain
import JSON
import Logging

/// Writes lines; knows the program's name.
public struct Log: Sendable {
  private let logger: Logger
  private let lines: LineHandler

  /// - Parameter level: lines below it are left out.
  public init(program: String, level: Logger.Level, world: World) {
    let lines = LineHandler(program: program, logLevel: level, now: world.now)
    logger = Logger(label: program) { _ in lines }
    self.lines = lines
  }

  /// Something that an operator should know.
  public func error(_ message: String, requestID: String? = nil, evidence: String? = nil) {
    write(.error, message, requestID, evidence)
  }

  /// Something that mends itself, but should not happen often.
  public func warning(_ message: String, requestID: String? = nil, evidence: String? = nil) {
    write(.warning, message, requestID, evidence)
  }

  /// Something in the program's life.
  public func notice(_ message: String) {
    write(.notice, message, nil, nil)
  }

  /// The one line of each request, at level info.
  func request(
    id: String, userID: String?, method: String, route: String, status: Int,
    durationMicroseconds: Int64
  ) {
    guard lines.logLevel <= .info else { return }
    lines.write(.info, "request") { line in
      line.member("requestId", id)
      if let userID { line.member("userId", userID) }
      line.member("method", method)
      line.member("route", route)
      line.member("status", Int64(status))
      line.member("durationMicroseconds", durationMicroseconds)
    }
  }

  func security(_ event: SecurityEvent, requestID: String, userID: String?) {
    guard lines.logLevel <= event.level else { return }
    lines.write(event.level, "security event") { line in
      line.member("event", event.rawValue)
      line.member("requestId", requestID)
      if let userID { line.member("userId", userID) }
    }
  }

  private func write(
    _ level: Logger.Level, _ message: String, _ requestID: String?, _ evidence: String?
  ) {
    var metadata: Logger.Metadata = [:]
    if let requestID { metadata["requestId"] = .string(requestID) }
    if let evidence { metadata["evidence"] = .string(evidence) }
    logger.log(level: level, "\(message)", metadata: metadata)
  }
}

/// Makes a line of an event.
private struct LineHandler: LogHandler {
  let program: String
  let lines = LineWriter()
  var logLevel: Logger.Level
  let now: @Sendable () -> Timestamp
  var metadata: Logger.Metadata = [:]

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    write(event.level, event.message.description) { line in
      for (name, value) in (event.metadata ?? [:]).sorted(by: { $0.key < $1.key }) {
        line.member(name, value.description)
      }
    }
  }

  func write(
    _ level: Logger.Level, _ message: String, _ members: (inout JSONWriter) -> Void
  ) {
    var writer = JSONWriter()
    writer.object { line in
      line.member("time", now().rfc3339)
      line.member("level", level.rawValue)
      line.member("program", program)
      line.member("message", message)
      members(&line)
    }
    writer.endLine()
    lines.write(writer.bytes)
  }
}
