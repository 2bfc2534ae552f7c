// What a handler is asked: the meta-variables of CGI/1.1 (RFC 3875, section 4.1) and the body.
//
// FastCGI and plain CGI hand the variables over in the same form, an array of `NAME=value`, so one
// type serves both. They are looked up where they lie; nothing is copied that nobody reads.

import Glibc

/// One request, valid while its handler runs (it cannot be copied out of it).
public struct Request: ~Copyable {
  /// `NAME=value` strings, ended by a null pointer; owned by whoever made the request.
  typealias Variables = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

  private let variables: Variables
  public let body: RequestBody
  public let context = RequestContext()

  init(variables: Variables, body: RequestBody) {
    self.variables = variables
    self.body = body
  }

  /// The first value of a meta-variable; nil if there is none or it is not UTF-8.
  public func parameter(_ name: StaticString) -> String? {
    var found: String?
    forEachValue(of: name, in: variables) { value in
      found = String(validatingCString: value)
      return false
    }
    return found
  }

  /// The value of a meta-variable that was sent exactly once; nil also if it is not UTF-8.
  public func onlyParameter(_ name: StaticString) -> String? {
    var found: String?
    var count = 0
    forEachValue(of: name, in: variables) { value in
      count += 1
      if count == 1 { found = String(validatingCString: value) }
      return count == 1
    }
    return count == 1 ? found : nil
  }

  /// How often a meta-variable was sent. A repeated header arrives as a repeated variable.
  public func parameterCount(_ name: StaticString) -> Int {
    var count = 0
    forEachValue(of: name, in: variables) { _ in
      count += 1
      return true
    }
    return count
  }
}

/// What is found out about a request while it runs, for whoever writes of it. It belongs to the one
/// thread that runs the request.
public final class RequestContext {
  /// The name of this request in the log and in answers.
  public var id = ""
  /// Who asks, once that is proven.
  public var userID: String?

  init() {}
}

/// The body that came with a request, read whole.
public enum RequestBody: Sendable {
  case bytes([UInt8])
  /// It is longer than the server's limit.
  case tooLarge
  /// Fewer bytes came than were announced, or the announced length is no number.
  case incomplete
}

/// Reads the body that CONTENT_LENGTH announces, through `read`, which returns how many bytes it
/// put into the buffer (0 at the end).
func readBody(
  of variables: Request.Variables, bytesMax: Int,
  through read: (UnsafeMutableBufferPointer<UInt8>) -> Int
) -> RequestBody {
  guard let length = announcedLength(in: variables) else { return .incomplete }
  guard length <= bytesMax else { return .tooLarge }
  guard length > 0 else { return .bytes([]) }
  let bytes = [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
    while count < length {
      let got = read(UnsafeMutableBufferPointer(rebasing: buffer[count..<length]))
      guard got > 0 else { break }
      count += got
    }
  }
  return bytes.count == length ? .bytes(bytes) : .incomplete
}

/// CONTENT_LENGTH: absent or empty means no body (RFC 3875, section 4.1.2); nil if it is given
/// and not a whole number.
private func announcedLength(in variables: Request.Variables) -> Int? {
  var length: Int? = 0
  forEachValue(of: "CONTENT_LENGTH", in: variables) { value in
    let text = String(validatingCString: value) ?? "?"
    if !text.isEmpty {
      length = text.utf8.allSatisfy { (48...57).contains($0) } ? Int(text) ?? .max : nil
    }
    return false
  }
  return length
}

/// Calls `visit` with each value of the variable until it returns false.
private func forEachValue(
  of name: StaticString, in variables: Request.Variables,
  visit: (UnsafePointer<CChar>) -> Bool
) {
  let length = name.utf8CodeUnitCount
  let start = name.utf8Start
  let first = CChar(truncatingIfNeeded: start[0])
  var next = variables
  while let entry = next.pointee {
    // Most names differ in their first letter: no call for those.
    if entry[0] == first, strncmp(entry, start, length) == 0, entry[length] == 61 /* = */ {
      guard visit(entry + length + 1) else { return }
    }
    next += 1
  }
}
