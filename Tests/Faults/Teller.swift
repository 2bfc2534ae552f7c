// A product of its own with a customer, and a hand on its sandbox.

import Foundation
import Programs
import Support
import Testing

final class Teller {
  private let stack: Stack
  private let customer: Customer
  private let journal: Journal

  init() throws {
    stack = try Stack(["--no-rate-limit"])
    journal = try Journal()
    var customer = Customer(of: stack, journal: journal)
    try customer.join()
    self.customer = customer
    // Reconciliation of its own accord would meet the faults that are meant for others.
    signalReconciliation(SIGSTOP)
  }

  deinit { signalReconciliation(SIGCONT) }

  private func signalReconciliation(_ signal: Int32) {
    if let process = stack.processID(of: "dompet-reconcile") { kill(process, signal) }
  }

  /// The checker's word on everything that was done here.
  func expectClean() throws {
    let verdict = try Checker(url: stack.url)
      .verdict(on: journal.promises)
    #expect(verdict.isClean, "\(verdict)")
  }

  func ask(_ key: String) throws -> Int { try asking(key) }

  /// The same, for another thread.
  var asking: @Sendable (String) throws -> Int {
    let customer = customer
    return { key in try customer.askForTopUp(key: key).status }
  }

  /// Lets a call on Xendit succeed, so that the failures before it count no more: after five in a
  /// row the programs would leave Xendit alone, and the next fault would not be met. Its invoice is
  /// paid, so that reconciliation has one less to ask about.
  func openGate() throws {
    let key = UUID().uuidString.lowercased()
    #expect(try repeatedly(key) == 201)
    for invoice in try invoices(of: reference(of: key)) {
      #expect(try pay(invoice.id, byWebhook: true))
    }
  }

  /// After trouble the programs leave Xendit alone for some seconds.
  func repeatedly(_ key: String) throws -> Int {
    var status = try ask(key)
    for _ in 0..<150 where status != 201 {
      usleep(100_000)
      status = try ask(key)
    }
    return status
  }

  func reconcile() throws -> CommandResult {
    try runCommand(
      Checkout.program("dompet"), ["reconcile"],
      environment: Stack.environment.merging(stack.settings) { $1 })
  }

  /// Those that have not been met yet.
  func faults() throws -> String {
    try HTTP.send("GET", "/sandbox/control/faults", port: stack.port).text
  }

  func setFaults(_ rules: [String]) throws {
    let answer = try HTTP.send(
      "PUT", "/sandbox/control/faults", port: stack.port,
      json: "[\(rules.joined(separator: ","))]")
    guard answer.status == 200 else { throw CheckerFailure(message: answer.text) }
  }

  /// - Returns: false if the event was sent and not answered 200.
  func pay(_ invoice: String, byWebhook: Bool) throws -> Bool {
    if byWebhook { return try customer.pay(invoice) }
    let answer = try HTTP.send(
      "POST", "/sandbox/control/invoices/\(invoice)", port: stack.port,
      json: #"{"status":"PAID","webhook":false}"#)
    return answer.status == 200
  }

  /// The truth: the invoices that bear this reference.
  func invoices(of reference: String) throws -> [(id: String, status: String)] {
    let answer = try HTTP.send("GET", "/sandbox/control/invoices", port: stack.port)
    let all = try JSONSerialization.jsonObject(with: Data(answer.body)) as? [[String: Any]] ?? []
    return all.filter { $0["external_id"] as? String == reference }.map {
      ($0["id"] as? String ?? "", $0["status"] as? String ?? "")
    }
  }

  func sql(_ query: String) throws -> String {
    try stack.sql(query).joined(separator: "\n")
  }

  func reference(of key: String) throws -> String {
    try sql("SELECT reference FROM wallet_top_ups WHERE idempotency_key = '\(key)'")
  }

  func credits(of reference: String) throws -> String {
    try sql("SELECT count(*) FROM wallet_transactions WHERE reference = '\(reference)'")
  }
}
