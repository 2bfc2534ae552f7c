// Plain CGI (RFC 3875): one request from the environment and standard input, its answer to
// standard output. libfcgi's threaded calls have no CGI mode, so this stands beside the workers.

import Glibc

/// Answers the process's one request.
/// - Returns: the exit status: 0, or 74 (EX_IOERR) if the answer could not be written.
func answerAsCGI(_ server: Server) -> Int32 {
  signal(SIGPIPE, SIG_IGN)
  let body = readBody(of: environ, bytesMax: server.bodyBytesMax) { readFully(0, $0) }
  let asked = Request(variables: environ, body: body)
  return server.handler(asked).send(to: asked) { writeFully(1, $0) } ? 0 : 74
}

/// read(2), begun again when a signal interrupted it; 0 at the end or on an error.
private func readFully(_ descriptor: Int32, _ buffer: UnsafeMutableBufferPointer<UInt8>) -> Int {
  while true {
    let got = read(descriptor, buffer.baseAddress, buffer.count)
    if got >= 0 { return got }
    guard errno == EINTR else { return 0 }
  }
}

private func writeFully(_ descriptor: Int32, _ bytes: [UInt8]) -> Bool {
  bytes.withUnsafeBytes { raw in
    var rest = raw[...]
    while !rest.isEmpty {
      let start = UnsafeRawBufferPointer(rebasing: rest).baseAddress
      let written = write(descriptor, start, rest.count)
      if written > 0 {
        rest = rest.dropFirst(written)
      } else if written == 0 || errno != EINTR {
        return false
      }
    }
    return true
  }
}
