// The forms that answers take: JSON, Xendit's errors, HTML, and a connection that is dropped.

import FastCGI
import JSON

extension Response {
  static func json(_ status: Int = 200, _ write: (inout JSONWriter) -> Void) -> Response {
    var writer = JSONWriter()
    write(&writer)
    return Response(
      status: status, headers: [("Content-Type", "application/json")], body: writer.bytes)
  }

  /// What a page may load and do is nginx's to say (`dompet-sandbox.conf`).
  static func html(_ status: Int = 200, _ text: String) -> Response {
    Response(
      status: status, headers: [("Content-Type", "text/html; charset=utf-8")],
      body: Array(text.utf8))
  }

  /// nginx closes the connection without a word: its internal location does `return 444`.
  static let dropped = Response(
    status: 200, headers: [("X-Accel-Redirect", "/dompet_sandbox_drop")])

  static let noContent = Response(status: 204)
}

/// One mistake in a request, in the words of an API_VALIDATION_ERROR.
struct Mistake: Sendable {
  let path: String
  let message: String
}

/// An error in Xendit's form: `{"error_code": …, "message": …, "errors": […]}`.
struct APIError: Error, Sendable {
  let status: Int
  let code: String
  let message: String
  var mistakes: [Mistake] = []
  var allow: [String] = []

  var response: Response {
    var response = Response.json(status) { writer in
      writer.object { error in
        error.member("error_code", code)
        error.member("message", message)
        if !mistakes.isEmpty { error.member("errors", array: writeMistakes) }
      }
    }
    if status == 401 { response.headers.append(("WWW-Authenticate", "Basic")) }
    if !allow.isEmpty { response.headers.append(("Allow", allow.joined(separator: ", "))) }
    return response
  }

  private func writeMistakes(_ errors: inout JSONWriter) {
    for mistake in mistakes {
      errors.element(object: { error in
        error.member("path", mistake.path)
        error.member("message", mistake.message)
      })
    }
  }
}

extension APIError {
  static let invalidKey = APIError(
    status: 401, code: "INVALID_API_KEY", message: "API key is not authorized for this API service")
  static let forbidden = APIError(
    status: 403, code: "REQUEST_FORBIDDEN_ERROR",
    message: "The sandbox serves its own machine only")
  static let noSuchPath = APIError(
    status: 404, code: "NOT_FOUND", message: "There is nothing at this path")
  static let tooManyRequests = APIError(
    status: 429, code: "RATE_LIMIT_EXCEEDED", message: "You have exceeded your rate limit")
  static let broken = APIError(
    status: 500, code: "SERVER_ERROR", message: "An unexpected error occurred")
  static let notJSON = APIError(
    status: 400, code: "INVALID_JSON_FORMAT", message: "The request body is not valid JSON")

  static func validation(_ mistakes: [Mistake]) -> APIError {
    APIError(
      status: 400, code: "API_VALIDATION_ERROR",
      message: "There was an error with the format submitted to the server.", mistakes: mistakes)
  }

  static func notFound(_ id: String) -> APIError {
    APIError(
      status: 404, code: "INVOICE_NOT_FOUND_ERROR", message: "Could not find invoice \(id)")
  }

  static func methodNotAllowed(_ methods: [String]) -> APIError {
    APIError(
      status: 405, code: "METHOD_NOT_ALLOWED", message: "The path has no such method",
      allow: methods.contains("GET") ? methods + ["HEAD"] : methods)
  }

  /// What Xendit calls an error of this status.
  static func ofStatus(_ status: Int) -> APIError {
    switch status {
    case 401: invalidKey
    case 403: APIError(status: 403, code: "REQUEST_FORBIDDEN_ERROR", message: "Forbidden")
    case 404: APIError(status: 404, code: "INVOICE_NOT_FOUND_ERROR", message: "Not found")
    case 429: tooManyRequests
    case 400..<500: APIError(status: status, code: "API_VALIDATION_ERROR", message: "Refused")
    default: APIError(status: status, code: "SERVER_ERROR", message: "An error was simulated")
    }
  }
}
