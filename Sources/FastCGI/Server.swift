// The request loop over libfcgi: worker threads that share the listening socket on descriptor 0.
//
// A request is straight-line code on one thread. SIGTERM ends the waiting, never the working:
// running requests are finished, then `run` returns.

import CFastCGI
import Glibc
import Synchronization

/// Serves FastCGI on descriptor 0, where spawn-fcgi and systemd put the listening socket, or one
/// request of plain CGI when started as such.
public struct Server: Sendable {
  /// Answers one request; called from many threads at once.
  public typealias Handler = @Sendable (borrowing Request) -> Response

  /// Whether the process was started as plain CGI (RFC 3875, section 4.1.4).
  public static var isCGI: Bool { getenv("GATEWAY_INTERFACE") != nil }

  let threads: Int
  let bodyBytesMax: Int
  let handler: Handler

  /// - Parameters:
  ///   - threads: how many requests run at once, at least 1.
  ///   - bodyBytesMax: a longer body reaches the handler as `.tooLarge`.
  public init(threads: Int, bodyBytesMax: Int, handler: @escaping Handler) {
    self.threads = max(1, threads)
    self.bodyBytesMax = max(0, bodyBytesMax)
    self.handler = handler
  }

  /// Serves until SIGTERM or SIGINT, or the one request of plain CGI.
  /// - Returns: the exit status: 0, 64 (EX_USAGE) if descriptor 0 is no listening socket, or 71
  ///   (EX_OSERR) if accepting failed for good.
  public func run() -> Int32 {
    if Server.isCGI {
      return answerAsCGI(self)
    }
    guard isListening(descriptor: 0) else {
      complain("descriptor 0 is no listening socket; start me by nginx/run, systemd or spawn-fcgi")
      return 64
    }
    FCGX_Init()
    let stopSignals = blockStopSignals()
    let pool = WorkerPool(server: self)
    pool.start()
    waitForSignal(in: stopSignals)
    pool.stop()
    return pool.hasFailed ? 71 : 0
  }
}

/// SO_ACCEPTCONN tells a listening socket from all else that may be on a descriptor.
private func isListening(descriptor: Int32) -> Bool {
  var listening: Int32 = 0
  var size = socklen_t(MemoryLayout<Int32>.size)
  let result = getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size)
  return result == 0 && listening == 1
}

/// Blocks SIGTERM and SIGINT in this thread and those that it starts, so that `sigwait` gets them;
/// unblocks what a parent may have left blocked; ignores SIGPIPE (a client that went away).
private func blockStopSignals() -> sigset_t {
  var stop = sigset_t()
  sigemptyset(&stop)
  sigaddset(&stop, SIGTERM)
  sigaddset(&stop, SIGINT)
  pthread_sigmask(SIG_SETMASK, &stop, nil)
  signal(SIGPIPE, SIG_IGN)
  return stop
}

private func waitForSignal(in signals: sigset_t) {
  var signals = signals
  var received: Int32 = 0
  while sigwait(&signals, &received) != 0 {}
}

/// One line on standard error.
func complain(_ message: String) {
  let program = CommandLine.arguments.first?.split(separator: "/").last ?? "dompet"
  let line = Array("\(program): \(message)\n".utf8)
  _ = write(2, line, line.count)
}
