// One endpoint, its request made again and again, and each time another system call goes wrong.

import Foundation
import Programs
import Support
import Testing

final class Sweep {
  private let endpoint: Endpoint
  private let workers: Int
  private let folder: String
  private let provider: Provider
  private let site: Site
  private let listener: Listener
  private let journal: Journal
  private var subjects = 0

  /// - Parameters:
  ///   - workers: so many requests are made at once, each by a worker of its own.
  ///   - folder: where the programs lie that meet the faults.
  init(of endpoint: Endpoint, workers: Int = 1, folder: String = Checkout.programs) throws {
    self.endpoint = endpoint
    self.workers = workers
    self.folder = folder
    provider = try Provider()
    site = try Site(["XENDIT_BASE_URL": provider.url])
    listener = try site.makeListener()
    journal = try Journal()
    _ = try start(from: Checkout.programs).stop()
  }

  /// The calls of one request for each worker, from its acceptance to its end, as strace prints
  /// them.
  func trace() throws -> [String] {
    let program = try start(from: folder)
    let subjects = try makeSubjects()
    let tracer = try Tracer(program.processID, call: "all")
    for (subject, answer) in zip(subjects, askAll(subjects, listener, patiently: true)) {
      #expect(answer.flatMap { subject.promise(of: $0) } != nil, "\(String(describing: answer))")
    }
    program.kill(SIGKILL)
    return try tracer.lines()
  }

  /// What one fault did.
  struct Attempt {
    /// Whether there was such a call.
    var wasHit = false
    /// Promises without their row, before the request was made again or after it.
    var lost = 0
    var doubled = 0
    /// All that was not as it must be.
    var complaints: [String] = []
  }

  /// Makes a request for each worker; at the nth call of this name that a worker makes for it
  /// something goes wrong. Then starts the program again, makes the same requests, and checks all.
  func attempt(_ call: String, _ number: Int, _ fault: Fault) throws -> Attempt {
    var attempt = Attempt()
    let subjects = try makeSubjects()
    let creates = provider.creates
    let (first, program) = try meet(call, number, fault, subjects, &attempt)
    // Only what was promised just now can be lost that was not before.
    if try note(first, of: subjects) { try check(&attempt) }
    // Nobody is on it any more: as if the lease of the killed request had run out.
    try site.sql("UPDATE wallet_top_ups SET lease_until = 1 WHERE lease_until IS NOT NULL")
    let second = askAll(subjects, listener, patiently: true)
    _ = try note(second, of: subjects)
    for (index, subject) in subjects.enumerated() {
      if second[index].map({ subject.isRight($0, after: first[index]) }) != true {
        attempt.complaints.append("\(subject.name): \(String(describing: second[index]))")
      }
      let rows = subject.rows
      if !rows.expected.contains(try site.number(rows.query)) {
        attempt.complaints.append("\(subject.name): its rows")
      }
    }
    if endpoint == .topUp, provider.creates != creates + workers {
      attempt.complaints.append("\(provider.creates - creates) invoices")
    }
    try check(&attempt)
    program.kill(SIGKILL)
    return attempt
  }

  /// The requests before a program that something happens to: their answers, and the program that
  /// runs then. If one was killed, the next serves those who were not yet accepted.
  private func meet(
    _ call: String, _ number: Int, _ fault: Fault, _ subjects: [Subject], _ attempt: inout Attempt
  ) throws -> ([Answer?], Program) {
    let faulty = try start(from: folder)
    let tracer = try Tracer(faulty.processID, call: call, fault: fault, when: number)
    let answers = Shared<[Answer?]?>(nil)
    let listener = listener
    Thread.detachNewThread {
      let all = askAll(subjects, listener)
      answers.withLock { $0 = all }
    }
    var successor: Program?
    while answers.withLock({ $0 == nil }) {
      if successor == nil, !faulty.isRunning { successor = try start(from: Checkout.programs) }
      usleep(1000)
    }
    // The call may come after the answer. A program that was killed does not notice; any other ends
    // by itself.
    if fault == .kill { _ = faulty.wait(timeoutSeconds: 0.2) }
    let status = faulty.stop()
    let lines = try tracer.lines()
    attempt.wasHit =
      fault == .kill ? status == 128 + SIGKILL : lines.contains { $0.contains("(INJECTED)") }
    if status != 0 && status != 128 + SIGKILL {
      attempt.complaints.append("ended with \(String(describing: status))")
    }
    let all = answers.withLock { $0 } ?? []
    return (all, try successor ?? start(from: Checkout.programs))
  }

  private func start(from folder: String) throws -> Program {
    try site.start(endpoint.program, threads: workers, listener: listener, folder: folder)
  }

  private func makeSubjects() throws -> [Subject] {
    try (0..<workers).map { _ in
      subjects += 1
      return try endpoint.makeSubject(subjects, in: site)
    }
  }

  /// - Returns: whether anything was promised.
  private func note(_ answers: [Answer?], of subjects: [Subject]) throws -> Bool {
    let promises = zip(answers, subjects).compactMap { answer, subject in
      answer.flatMap { subject.promise(of: $0) }
    }
    for promise in promises { try journal.record(promise) }
    return !promises.isEmpty
  }

  private func check(_ attempt: inout Attempt) throws {
    let verdict = try Checker(url: site.url)
      .verdict(on: journal.promises)
    attempt.lost = max(attempt.lost, verdict.lost.count)
    attempt.doubled = max(attempt.doubled, verdict.doubled.count)
    if !verdict.isClean { attempt.complaints.append("\(verdict)") }
  }
}

/// Makes the requests at once.
/// - Parameter patiently: whether who is told to come later does so; a program serves only so many
///   of those who wait for a provider, or for a password to be hashed.
private func askAll(
  _ subjects: [Subject], _ listener: Listener, patiently: Bool = false
) -> [Answer?] {
  let answers = Shared<[Answer?]>(Array(repeating: nil, count: subjects.count))
  inThreads(subjects.count) { number in
    var answer = try? listener.ask(subjects[number].call)
    for _ in 0..<100 where patiently && answer?.header("retry-after") != nil {
      usleep(20_000)
      answer = try? listener.ask(subjects[number].call)
    }
    answers.withLock { $0[number] = answer }
  }
  return answers.withLock { $0 }
}
