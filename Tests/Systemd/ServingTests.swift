// Started on demand, killed, restarted and broken: what a client sees of it.

import Foundation
import Support
import Testing

extension SystemdTests {
  @Suite("Serving") struct ServingTests {
    private let machine: Machine

    init() throws {
      machine = try Machine.shared.get()
    }

    @Test("begins with the first request", arguments: Machine.programs)
    func onDemand(program: String) throws {
      let customer = try Customer(on: machine)
      try machine.shell("systemctl stop dompet-\(program).service")
      #expect(try machine.process(of: program) == nil)
      let (expected, answer) = try machine.inside { try customer.ask(program) }
      #expect(answer.status == expected, "\(answer.text)")
      #expect(try machine.process(of: program) != nil)
    }

    @Test("goes all the way from registering to the money in the wallet")
    func story() throws {
      let customer = try Customer(on: machine)
      try machine.inside {
        #expect(try HTTP.send("GET", "/healthz", port: 80).status == 200)
        let topUp = try customer.ask("payments").answer
        let url = try #require(topUp.json["invoiceUrl"] as? String)
        let invoice = try #require(url.split(separator: "/").last)
        let paid = try HTTP.send(
          "POST", "/sandbox/control/invoices/\(invoice)", port: 80,
          json: #"{"status":"PAID","webhook":true}"#)
        #expect(paid.status == 200, "\(paid.text)")
        #expect(try customer.ask("wallets").answer.json["balance"] as? String == "10000.00")
      }
    }

    @Test("goes on after kill -9 under load, and refuses nobody", arguments: Machine.programs)
    func kill(program: String) throws {
      let customer = try Customer(on: machine)
      let kills = 5
      let threads = 4
      try machine.shell(": > /var/log/nginx/error.log")
      let result = try customer.load(program, threads: threads) { answered in
        for _ in 0..<kills {
          let before = answered()
          try eventually("it serves") { answered() > before + 20 }
          try machine.shell("systemctl kill --signal KILL dompet-\(program).service")
          let killed = answered()
          try eventually("it serves again") { answered() > killed + threads }
        }
      }
      // What the killed process had in hand is lost, and nothing else.
      #expect(result.failures.count <= kills * threads, "\(result.failures)")
      #expect(result.failures.allSatisfy { $0.hasPrefix("503 ") }, "\(result.failures)")
      let refused = try machine.run("grep", "connect() to unix:", "/var/log/nginx/error.log")
      #expect(refused.output == "")
      let control = try machine.run("grep", "upstream", "/var/log/nginx/error.log")
      #expect(result.failures.isEmpty == control.output.isEmpty, "the log tells of failures")
    }

    @Test("fails no request while it is restarted under load", arguments: Machine.programs)
    func restart(program: String) throws {
      let customer = try Customer(on: machine)
      var processes: Set<Int?> = []
      let result = try customer.load(program) { answered in
        for _ in 0..<5 {
          let before = answered()
          try eventually("it serves") { answered() > before + 20 }
          processes.insert(try machine.process(of: program))
          try machine.shell("systemctl restart dompet-\(program).service")
        }
      }
      #expect(result.failures == [])
      #expect(processes.count == 5)
    }

    @Test("recovers by itself from a crash loop", arguments: Machine.programs)
    func crashLoop(program: String) throws {
      let path = "/usr/libexec/dompet/dompet-\(program)"
      try recovers(
        program, from: "cp \(path) \(path).kept; cp --remove-destination /bin/false \(path)",
        by: "mv \(path).kept \(path)")
    }

    @Test(
      "recovers by itself when the database can be read again", arguments: ["auth", "webhook"])
    func unreadable(program: String) throws {
      try recovers(
        program, from: "chmod 0 /var/lib/dompet/dompet.db",
        by: "chmod 660 /var/lib/dompet/dompet.db")
    }

    @Test(
      "recovers by itself when a file that it needs is there again",
      arguments: [
        ("payments", "secrets/XENDIT_SECRET_KEY"), ("wallets", "secrets/JWT_ACCESS_SECRET"),
        ("webhook", "dompet.env"),
      ])
    func missing(program: String, file: String) throws {
      try recovers(
        program, from: "mv /etc/dompet/\(file) /etc/dompet/away",
        by: "mv /etc/dompet/away /etc/dompet/\(file)")
    }

    /// More starts than systemd would allow by default: 5 in 10 s.
    private func recovers(_ program: String, from cause: String, by cure: String) throws {
      let customer = try Customer(on: machine)
      let unit = "dompet-\(program).service"
      // Begins to count anew.
      try machine.shell("systemctl stop \(unit); systemctl reset-failed \(unit) || true")
      try machine.shell(cause)
      defer { _ = try? machine.run("bash", "-c", cure) }
      let waiting = try machine.inside { try HTTPConnection(port: 80) }
      let path = "/api/v1/payments/webhooks/xendit"
      let paths = [
        "auth": "/api/v1/users/me", "wallets": "/api/v1/wallets/me",
        "payments": "/api/v1/payments/wallet-top-ups",
      ]
      waiting.write(
        Array("GET \(paths[program] ?? path) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".utf8)
      )
      try eventually("it has crashed more than 5 times") {
        try Int(machine.property("NRestarts", of: unit)) ?? 0 > 6
      }
      #expect(try machine.property("ActiveState", of: "dompet-\(program).socket") == "active")
      try machine.shell(cure)
      try eventually("it runs") {
        try machine.property("SubState", of: unit) == "running"
      }
      let (expected, answer) = try machine.inside { try customer.ask(program) }
      #expect(answer.status == expected, "\(answer.text)")
    }
  }
}
