// The database's files: for all users of the installation, whoever makes them.

import Support
import Testing

extension SystemdTests {
  @Suite("The database's files") struct DatabaseFileTests {
    private let machine: Machine

    init() throws {
      machine = try Machine.shared.get()
    }

    @Test("are for the whole group, whichever program makes them", arguments: Machine.programs)
    func creation(program: String) throws {
      try machine.shell(
        """
        systemctl stop 'dompet-*.service'
        rm -f /var/lib/dompet/*
        """)
      // The others come later, and write.
      try ask(program)
      #expect(try owners() == ["dompet-\(program)"])
      let customer = try Customer(on: machine)
      for other in Machine.programs {
        let (expected, answer) = try machine.inside { try customer.ask(other) }
        #expect(answer.status == expected, "\(other): \(answer.text)")
      }
      try machine.shell("systemctl start dompet-reconcile.service")
      #expect(try machine.property("Result", of: "dompet-reconcile.service") == "success")
      _ = try owners()
    }

    @Test("are so too when root's shell makes them, whatever its umask", arguments: ["022", "077"])
    func root(umask: String) throws {
      _ = try Customer(on: machine)
      let files = "/var/lib/dompet/dompet.db{-shm,.lock}"
      try machine.shell("systemctl stop 'dompet-*.service'; rm \(files)")
      try machine.shell("umask \(umask); dompet review")
      #expect(try owners().contains("root"))
      _ = try Customer(on: machine)
    }

    @Test("say when each task has last been done", arguments: tasks)
    func noted(task: String) throws {
      _ = try Customer(on: machine)
      let database = "sqlite3 /var/lib/dompet/dompet.db"
      // The minute's reconciliation would come in between.
      try machine.shell("systemctl stop dompet-reconcile.timer dompet-reconcile.service")
      defer { _ = try? machine.shell("systemctl start dompet-reconcile.timer") }
      try machine.shell("\(database) 'DELETE FROM maintenance'")
      try machine.shell("systemctl start dompet-\(task).service")
      #expect(try machine.shell("\(database) 'SELECT task FROM maintenance'") == task)
    }

    /// Those that the operator's tool has.
    private static let tasks: [String] = {
      let help = (try? runCommand(Checkout.program("dompet"), ["--help"]))?.output ?? ""
      return Machine.tasks.filter { help.contains("\n  \($0) ") }
    }()

    /// Any answer of the program itself.
    private func ask(_ program: String) throws {
      let path = [
        "auth": "/api/v1/users/me", "wallets": "/api/v1/wallets/me",
        "payments": "/api/v1/payments/wallet-top-ups",
      ]
      let answer = try machine.inside {
        try HTTP.send(
          "POST", path[program] ?? "/api/v1/payments/webhooks/xendit", port: 80, json: "{}")
      }
      #expect([401, 405].contains(answer.status), "\(answer.text)")
    }

    /// Who made them; each is 0660 and the group's.
    private func owners() throws -> Set<String> {
      let files = try machine.shell("stat -c '%a %G %U' /var/lib/dompet/dompet.db*")
        .split(separator: "\n")
      #expect(files.count == 4)
      #expect(files.allSatisfy { $0.hasPrefix("660 dompet ") }, "\(files)")
      return Set(files.compactMap { $0.split(separator: " ").last.map(String.init) })
    }
  }
}
