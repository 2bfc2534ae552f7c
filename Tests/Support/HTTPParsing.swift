// Reads an HTTP/1.1 answer out of bytes (RFC 9112).

/// The answer at the beginning of the bytes and how many of them it took; nil if more must come.
func parseAnswer(
  _ bytes: [UInt8], isHead: Bool, atEnd: Bool
) -> (answer: HTTPAnswer, used: Int)? {
  guard let end = headEnd(bytes) else { return nil }
  let lines = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\r\n")
  let words = lines.first?.split(separator: " ") ?? []
  guard words.count >= 2, let status = Int(words[1]) else { return nil }
  let headers = lines.dropFirst().map { line in
    let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let value = parts.count == 2 ? parts[1].drop { $0 == " " } : ""
    return (name: parts[0].lowercased(), value: String(value))
  }
  func value(_ name: String) -> String? { headers.first { $0.name == name }?.value }

  var rest = bytes[(end + 4)...]
  var body: [UInt8] = []
  if isHead || status == 204 || status == 304 {
    // These have no body, whatever the headers say.
  } else if value("transfer-encoding") == "chunked" {
    guard let chunks = takeChunks(&rest) else { return nil }
    body = chunks
  } else if let length = value("content-length").flatMap({ Int($0) }) {
    guard rest.count >= length else { return nil }
    body = Array(rest.prefix(length))
    rest = rest.dropFirst(length)
  } else {
    guard atEnd else { return nil }
    body = Array(rest)
    rest = []
  }
  let answer = HTTPAnswer(status: status, headers: headers, body: body)
  return (answer, bytes.count - rest.count)
}

private func headEnd(_ bytes: [UInt8]) -> Int? {
  let mark = Array("\r\n\r\n".utf8)
  return bytes.indices.dropLast(3).first {
    bytes[$0] == 13 && bytes[$0..<($0 + 4)].elementsEqual(mark)
  }
}

private func takeChunks(_ rest: inout ArraySlice<UInt8>) -> [UInt8]? {
  var body: [UInt8] = []
  while true {
    guard let lineEnd = rest.firstIndex(of: 10) else { return nil }
    let size = String(decoding: rest[rest.startIndex..<lineEnd].dropLast(), as: UTF8.self)
    guard let count = Int(size, radix: 16) else { return nil }
    rest = rest[(lineEnd + 1)...]
    guard rest.count >= count + 2 else { return nil }
    body += rest.prefix(count)
    rest = rest.dropFirst(count + 2)
    if count == 0 { return body }
  }
}
