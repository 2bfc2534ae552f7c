// One endpoint, its request made again and again, and each time another system call goes wrong.

import Foundation
import Programs
import Support
import Testing

final class Sweep {
  private let endpoint: Endpoint
  private let provider: Provider
  private let site: Site
  private let listener: Listener
  private let journal: Journal
  private var subjects = 0
  private(set) var lost = 0
  private(set) var doubled = 0

  init(of endpoint: Endpoint) throws {
    self.endpoint = endpoint
    provider = try Provider()
    site = try Site(["XENDIT_BASE_URL": provider.url])
    listener = try site.makeListener()
    journal = try Journal()
    _ = try start().stop()
  }

  /// The calls of one request from its acceptance to its end, as strace prints them.
  func trace() throws -> [String] {
    let program = try start()
    let subject = try makeSubject()
    let tracer = try Tracer(program.processID, call: "all")
    let answer = try listener.ask(subject.call)
    program.kill(SIGKILL)
    #expect(subject.promise(of: answer) != nil, "\(answer.status) \(answer.text)")
    return try tracer.lines()
  }

  /// Makes a request at whose nth call of this name something goes wrong, then starts the program
  /// again, makes the same request, and checks everything.
  /// - Returns: whether there was such a call.
  func attempt(_ call: String, _ number: Int, _ fault: Fault) throws -> Bool {
    let place: Comment = "\(endpoint.rawValue): \(call) \(number) \(fault.rawValue)"
    let faulty = try start()
    let subject = try makeSubject()
    let creates = provider.creates
    let tracer = try Tracer(faulty.processID, call: call, fault: fault, when: number)
    let first = try? listener.ask(subject.call)
    try note(first, of: subject)
    // A program that was killed does not notice; any other ends by itself.
    let status = faulty.stop()
    let lines = try tracer.lines()
    #expect(status == 0 || status == 128 + SIGKILL, place)

    let program = try start()
    // Nobody is on it any more: as if the lease of the killed request had run out.
    try site.sql("UPDATE wallet_top_ups SET lease_until = 1 WHERE lease_until IS NOT NULL")
    let second = try listener.ask(subject.call)
    try note(second, of: subject)
    #expect(
      subject.isRight(second, after: first), "\(place): \(second.status) \(second.text)")
    let rows = subject.rows
    #expect(rows.expected.contains(try site.number(rows.query)), place)
    if endpoint == .topUp { #expect(provider.creates == creates + 1, place) }
    try check(place)
    program.kill(SIGKILL)
    return fault == .kill
      ? status == 128 + SIGKILL : lines.contains { $0.contains("(INJECTED)") }
  }

  private func start() throws -> Program {
    try site.start(endpoint.program, threads: 1, listener: listener)
  }

  private func makeSubject() throws -> Subject {
    subjects += 1
    return try endpoint.makeSubject(subjects, in: site)
  }

  private func note(_ answer: Answer?, of subject: Subject) throws {
    if let promise = answer.flatMap({ subject.promise(of: $0) }) { try journal.record(promise) }
  }

  private func check(_ place: Comment) throws {
    let verdict = try Checker(database: "\(site.directory.path)/dompet.db")
      .verdict(on: journal.promises)
    #expect(verdict.isClean, "\(place): \(verdict)")
    lost += verdict.lost.count
    doubled += verdict.doubled.count
  }
}
