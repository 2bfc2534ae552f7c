// What Swift's standard library leaves to the C library: the environment, the wall clock, sleeping,
// threads, the log on descriptor 2. Thread bodies start here, outside of @main's isolation.

import Domain
import Glibc

func environmentVariable(_ name: String) -> String? {
  unsafe getenv(name).map { unsafe String(cString: $0) }
}

/// Now, in whole milliseconds: what is stored is what is shown.
func currentTime() -> Timestamp {
  var time = timespec()
  _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
  let milliseconds = Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  return Timestamp(microseconds: milliseconds * 1000)
}

func pause(milliseconds: Int64) {
  let end = ContinuousClock.now + .milliseconds(milliseconds)
  while case let left = end - ContinuousClock.now, left > .zero {
    usleep(UInt32(min(left, .milliseconds(500)) / .microseconds(1)) + 1)
  }
}

func randomBytes(_ count: Int) -> [UInt8] {
  var generator = SystemRandomNumberGenerator()
  return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
}

/// One line on standard error, in one write.
func writeLog(_ line: String) {
  let bytes = Array("dompet-sandbox: \(line)\n".utf8)
  _ = unsafe bytes.withUnsafeBytes { unsafe write(2, $0.baseAddress, $0.count) }
}

func leave(_ status: Int32) -> Never {
  exit(status)
}

/// Runs `body` on a thread of its own, with every signal blocked: they are the main thread's.
@discardableResult
func startThread(_ body: @escaping @Sendable () -> Void) -> pthread_t? {
  let box = unsafe Unmanaged.passRetained(ThreadBody(run: body))
  var thread = pthread_t()
  let status = unsafe pthread_create(&thread, nil, { unsafe runThread($0) }, box.toOpaque())
  if status == 0 { return thread }
  unsafe box.release()
  return nil
}

/// Runs `body(0)` … `body(count - 1)`, all at once, and returns when the last has ended.
func atOnce(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
  if count == 1 { return body(0) }
  var threads: [pthread_t] = []
  for index in 0..<count {
    if let thread = startThread({ body(index) }) { threads.append(thread) } else { body(index) }
  }
  for thread in threads { _ = pthread_join(thread, nil) }
}

private final class ThreadBody: Sendable {
  let run: @Sendable () -> Void

  init(run: @escaping @Sendable () -> Void) {
    self.run = run
  }
}

private func runThread(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let argument = unsafe argument else { return nil }
  let body = unsafe Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue()
  var signals = sigset_t()
  unsafe sigfillset(&signals)
  unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
  body.run()
  return nil
}
