// A request as plain values: what the routes read of it.

import Domain
import FastCGI

struct Call: Sendable {
  /// The `{id}` of the path; empty where the route has none.
  let id: String
  let query: [(name: String, value: String)]
  let authorization: String?
  let body: RequestBody
  let now: Timestamp

  init(_ request: borrowing Request, id: String, now: Timestamp) {
    self.id = id
    self.query = decodedQuery(request.parameter("QUERY_STRING") ?? "")
    self.authorization = request.parameter("HTTP_AUTHORIZATION")
    self.body = request.body
    self.now = now
  }

  /// The first value of a query parameter; nil where it is absent or empty.
  func queryValue(_ name: String) -> String? {
    query.first { $0.name == name && !$0.value.isEmpty }?.value
  }
}

/// application/x-www-form-urlencoded, as the URL Standard parses it (section 5.1).
func decodedQuery(_ query: String) -> [(name: String, value: String)] {
  query.split(separator: "&").map { pair in
    let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    return (percentDecoded(parts[0]), parts.count > 1 ? percentDecoded(parts[1]) : "")
  }
}

private func percentDecoded(_ text: Substring) -> String {
  var bytes: [UInt8] = []
  var rest = text.utf8[...]
  while let byte = rest.popFirst() {
    let digits = rest.prefix(2)
    if byte == UInt8(ascii: "%"), digits.count == 2, let decoded = hexByte(digits) {
      bytes.append(decoded)
      rest = rest.dropFirst(2)
    } else {
      bytes.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
    }
  }
  return String(decoding: bytes, as: UTF8.self)
}

private func hexByte(_ digits: Substring.UTF8View) -> UInt8? {
  guard let high = digits.first.flatMap(hexDigit), let low = digits.last.flatMap(hexDigit) else {
    return nil
  }
  return high << 4 | low
}

private func hexDigit(_ byte: UInt8) -> UInt8? {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
  case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
  case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
  default: nil
  }
}
