// What the units say, as systemd's own tools judge it.

import Support
import Testing

extension SystemdTests {
  @Suite("The units") struct UnitTests {
    private let machine: Machine

    init() throws {
      machine = try Machine.shared.get()
    }

    @Test("are without fault or warning")
    func verify() throws {
      let units = "/lib/systemd/system/dompet*.{service,socket,timer,target}"
      let result = try machine.run("bash", "-c", "systemd-analyze verify \(units)")
      #expect(result.status == 0)
      #expect(result.output + result.errors == "")
    }

    @Test(
      "leave little to whoever takes a program over, by systemd's measure (in tenths)",
      arguments: [
        ("auth", 8), ("wallets", 8), ("webhook", 8), ("backup", 8), ("prune", 8),
        ("payments", 15), ("reconcile", 15),
      ])
    func exposure(name: String, tenthsMax: Int) throws {
      let unit = "dompet-\(name).service"
      let result = try machine.run(
        "systemd-analyze", "security", "--no-pager", "--threshold=\(tenthsMax)", unit)
      #expect(result.status == 0, "\(result.output.suffix(200))")
      let control = try machine.run(
        "systemd-analyze", "security", "--no-pager", "--threshold=0", unit)
      #expect(control.status != 0, "the threshold is looked at")
    }

    @Test("bound each service's memory and processes", arguments: Machine.services)
    func bounds(unit: String) throws {
      #expect(try machine.property("MemoryMax", of: unit) == "\(256 << 20)")
      #expect(try machine.property("MemorySwapMax", of: unit) == "0")
      #expect(try machine.property("TasksMax", of: unit) == "600")
    }

    @Test("let a program be started again without end", arguments: Machine.programs)
    func noLimits(program: String) throws {
      let service = "dompet-\(program).service"
      #expect(try machine.property("StartLimitIntervalUSec", of: service) == "0")
      #expect(
        try machine.property("TriggerLimitIntervalUSec", of: "dompet-\(program).socket") == "0")
    }

    @Test("are all started and stopped by one target, and at boot once that is enabled")
    func target() throws {
      _ = try machine.inside { try HTTP.send("GET", "/healthz", port: 80) }
      // A timer may have fired while another test kept the database from being read: a task stays
      // failed until it is done again, and now it must be.
      for task in Machine.tasks { try machine.shell("systemctl start dompet-\(task).service") }
      let entrances =
        Machine.programs.map { "dompet-\($0).socket" } + Machine.tasks.map { "dompet-\($0).timer" }
      for unit in entrances {
        #expect(try machine.property("ActiveState", of: unit) == "active", "\(unit)")
      }
      try machine.shell("systemctl stop dompet.target")
      for unit in entrances + Machine.services {
        // What belongs to a target is told to stop with it, but not waited for.
        let wait = "for i in {1..100}; do systemctl -q is-active \(unit) || break; sleep 0.1; done"
        let state = try machine.shell(
          "\(wait); systemctl show --property ActiveState,Result,ExecMainStatus \(unit)")
        #expect(state.contains("ActiveState=inactive"), "\(unit): \(state)")
      }
      try machine.shell("systemctl start dompet.target")
      #expect(try machine.inside { try HTTP.send("GET", "/healthz", port: 80).status } == 200)
      let enabled = try machine.shell(
        "systemctl --quiet enable dompet.target; systemctl is-enabled dompet.target")
      #expect(enabled == "enabled")
    }
  }
}
