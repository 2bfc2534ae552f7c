// The worker threads: each accepts, reads, answers, and begins anew, until told to stop. Each takes
// memory, so there are no more than have ever been busy at once, and one that waits.
//
// libfcgi can accept by itself, but then a signal that ends the wait may instead hit the reading
// of a request that has just come, and lose it. So accepting is done here, the only place where
// the wake-up signal is let through, and libfcgi is handed the connection.

import CFastCGI
import Glibc
import Synchronization

/// Ends a wait in accept(2); has no other effect.
private let wakeUpSignal = SIGUSR1

final class WorkerPool: Sendable {
  private let server: Server
  private let isStopping = Atomic(false)
  private let failed = Atomic(false)
  private let running = Atomic(0)
  /// How many wait for a connection, or are about to.
  private let idle = Atomic(0)
  private let workers = Mutex<[pthread_t]>([])

  init(server: Server) {
    self.server = server
  }

  /// Whether accepting failed for good, so that the pool stopped by itself.
  var hasFailed: Bool { failed.load(ordering: .acquiring) }

  func start() {
    shareHeap()
    installWakeUpHandler()
    setWakeUp(blocked: true)
    addWorker()
    if workers.withLock({ $0.isEmpty }) { fail("cannot start a worker thread") }
  }

  /// Without effect when there are as many as may be, when the pool stops, and when the system
  /// gives no more threads: then those that there are go on.
  private func addWorker() {
    workers.withLock { threads in
      guard threads.count < server.threads, !isStopping.load(ordering: .acquiring) else { return }
      running.add(1, ordering: .relaxed)
      idle.add(1, ordering: .relaxed)
      if let worker = startThread({ self.work() }) {
        threads.append(worker)
      } else {
        running.subtract(1, ordering: .relaxed)
        idle.subtract(1, ordering: .relaxed)
      }
    }
  }

  /// Wakes waiting workers until all have ended; those at work end after their request. The
  /// signal is repeated, since one that comes between the look at the flag and accept(2) is lost.
  func stop() {
    isStopping.store(true, ordering: .releasing)
    let threads = workers.withLock { $0 }
    while running.load(ordering: .acquiring) > 0 {
      for thread in threads { pthread_kill(thread, wakeUpSignal) }
      usleep(5000)
    }
    for thread in threads { pthread_join(thread, nil) }
  }

  private func work() {
    var request = FCGX_Request()
    while let connection = nextConnection() {
      if idle.subtract(1, ordering: .relaxed).newValue == 0 { addWorker() }
      serve(connection, with: &request)
      idle.add(1, ordering: .relaxed)
      // Else the end of its time slice finds it within a request, which then waits for the slices
      // of all others: of 32 at once, one in a hundred took five times as long.
      sched_yield()
    }
    running.subtract(1, ordering: .releasing)
  }

  /// One connection carries one request: whatever a peer asks for (nginx's `fastcgi_keep_conn`), it
  /// is closed here.
  private func serve(_ connection: Int32, with request: inout FCGX_Request) {
    // No listening socket for libfcgi: after a malformed beginning it would accept by itself.
    FCGX_InitRequest(&request, -1, 0)
    request.ipcFd = connection
    // Accepting begins by finishing the request before, which would close the connection.
    request.keepConnection = 1
    if FCGX_Accept_r(&request) == 0, let variables = request.envp {
      // Nor is it to close when all has been written: it would wait until nginx has closed.
      request.keepConnection = 1
      if answer(request, variables) {
        FCGX_Finish_r(&request)
      } else {
        // Without END_REQUEST, which would say that it was the whole answer.
        FCGX_Free(&request, 0)
      }
      if request.ipcFd >= 0 { close(request.ipcFd) }
    } else {
      FCGX_Free(&request, 1)
    }
  }

  /// - Returns: whether the whole answer has been written.
  private func answer(_ request: FCGX_Request, _ variables: Request.Variables) -> Bool {
    let read = { (buffer: UnsafeMutableBufferPointer<UInt8>) in
      Int(FCGX_GetStr(buffer.baseAddress, Int32(clamping: buffer.count), request.in))
    }
    let body = readBody(of: variables, bytesMax: server.bodyBytesMax, through: read)
    // What nobody wants is read all the same: a rest must never pass for another request.
    drain(read)
    let asked = Request(variables: variables, body: body)
    let response = server.handler(asked)
    let patience = response.stream == nil ? nil : Patience(with: request.ipcFd)
    return response.send(to: asked) { bytes in
      bytes.withUnsafeBytes { write($0, to: request, with: patience) }
    }
  }

  /// - Parameter patience: nil for an answer that is short enough for the socket's own time-out.
  /// - Returns: false if the reader has gone or does not read.
  private func write(
    _ bytes: UnsafeRawBufferPointer, to request: FCGX_Request, with patience: Patience?
  ) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      if let patience, !patience.awaitReader(unless: { isStopping.load(ordering: .acquiring) }) {
        return false
      }
      let piece = UnsafeRawBufferPointer(
        rebasing: patience == nil ? rest : rest.prefix(Patience.pieceBytes))
      let start = piece.bindMemory(to: CChar.self).baseAddress
      guard FCGX_PutStr(start, Int32(clamping: piece.count), request.out) >= 0 else {
        return false
      }
      rest = rest.dropFirst(piece.count)
    }
    return true
  }

  /// The next connection, or nil when the pool stops.
  private func nextConnection() -> Int32? {
    while !isStopping.load(ordering: .acquiring) {
      setWakeUp(blocked: false)
      let connection = accept(0, nil, nil)
      let reason = errno
      setWakeUp(blocked: true)
      if connection >= 0 {
        endPatience(with: connection)
        return connection
      }
      recover(from: reason)
    }
    return nil
  }

  private func recover(from reason: Int32) {
    switch reason {
    case EINTR, ECONNABORTED, EPROTO:
      break
    case EAGAIN:
      // The socket was left non-blocking by whoever made it.
      var listener = pollfd(fd: 0, events: Int16(POLLIN), revents: 0)
      poll(&listener, 1, 100)
    case EMFILE, ENFILE, ENOBUFS, ENOMEM:
      usleep(50_000)
    default:
      fail("cannot accept on descriptor 0: \(String(cString: strerror(reason)))")
    }
  }

  /// Says why and makes `Server.run` return.
  private func fail(_ reason: String) {
    complain(reason)
    failed.store(true, ordering: .releasing)
    isStopping.store(true, ordering: .releasing)
    kill(getpid(), SIGTERM)
  }
}

/// libfcgi knows no time-out. nginx sends a request whole and at once; a peer that stops in the
/// middle of one, or does not take its answer, must not hold a worker, or SIGTERM, for ever.
private func endPatience(with connection: Int32) {
  var patience = timeval(tv_sec: 5, tv_usec: 0)
  let size = socklen_t(MemoryLayout<timeval>.size)
  setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, size)
  setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &patience, size)
}

private func drain(_ read: (UnsafeMutableBufferPointer<UInt8>) -> Int) {
  withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 4096) { scratch in
    while read(scratch) > 0 {}
  }
}

/// glibc would give almost each thread a heap of its own, and whatever a thread frees stays in the
/// heap that it came from. Since any worker may do the writing for all, the pages of the one writer
/// connection would come to lie in all of them.
private func shareHeap() {
  mallopt(M_ARENA_MAX, 2)
}

private func installWakeUpHandler() {
  var action = sigaction()
  action.__sigaction_handler.sa_handler = { _ in }
  sigaction(wakeUpSignal, &action, nil)
}

private func setWakeUp(blocked: Bool) {
  var set = sigset_t()
  sigemptyset(&set)
  sigaddset(&set, wakeUpSignal)
  pthread_sigmask(blocked ? SIG_BLOCK : SIG_UNBLOCK, &set, nil)
}

/// A body that a new thread takes over.
private final class ThreadBody {
  let run: @Sendable () -> Void
  init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

private func startThread(_ run: @escaping @Sendable () -> Void) -> pthread_t? {
  var thread = pthread_t()
  let body = Unmanaged.passRetained(ThreadBody(run))
  let result = pthread_create(&thread, nil, enterThread, body.toOpaque())
  guard result == 0 else {
    body.release()
    return nil
  }
  return thread
}

/// A free function: a closure in an executable's main file would belong to the main actor.
private func enterThread(_ raw: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  if let raw { Unmanaged<ThreadBody>.fromOpaque(raw).takeRetainedValue().run() }
  return nil
}
