// What each service sees and may do, and what not: looked at from outside, and tried from inside by
// a probe that runs as the very same unit.

import Foundation
import Support
import Testing

extension SystemdTests {
  @Suite("Each service") struct IsolationTests {
    private static let secrets = [
      "auth": ["JWT_ACCESS_SECRET"], "wallets": ["JWT_ACCESS_SECRET"],
      "payments": ["JWT_ACCESS_SECRET", "XENDIT_SECRET_KEY"],
      "webhook": ["XENDIT_WEBHOOK_TOKEN"], "reconcile": ["XENDIT_SECRET_KEY"], "backup": [],
      "prune": [],
    ]
    private static let names = Machine.programs + Machine.tasks
    private static let networked: Set = ["payments", "reconcile"]
    private let machine: Machine

    init() throws {
      machine = try Machine.shared.get()
    }

    @Test("runs as a user of its own in the one group, without any privilege")
    func users() throws {
      let customer = try Customer(on: machine)
      var users: Set<String> = []
      for program in Machine.programs {
        _ = try machine.inside { try customer.ask(program) }
        let process = try #require(try machine.process(of: program))
        let found = try machine.shell(
          """
          cd /proc/\(process)
          stat -c '%U %G' .
          grep -E '^(Cap|NoNew|Seccomp:)' status
          """)
        users.insert(found.split(separator: "\n").first.map(String.init) ?? "")
        for line in found.split(separator: "\n").dropFirst() {
          let value = line.split(separator: "\t").last ?? ""
          switch line.prefix(3) {
          case "Cap": #expect(value.allSatisfy { $0 == "0" }, "\(line)")
          case "NoN": #expect(value == "1")
          default: #expect(value == "2", "a filter of system calls")
          }
        }
      }
      #expect(users == Set(Machine.programs.map { "dompet-\($0) dompet" }))
    }

    @Test("has its own secrets as files and nowhere else", arguments: Machine.programs)
    func secretsAtRest(program: String) throws {
      let customer = try Customer(on: machine)
      _ = try machine.inside { try customer.ask(program) }
      let process = try #require(try machine.process(of: program))
      let values = try machine.shell("cat /etc/dompet/secrets/*").split(separator: "\n")
      #expect(values.count == 3)
      let seen = try machine.shell(
        """
        cat /proc/\(process)/environ /proc/\(process)/cmdline | tr '\\0' '\\n'
        journalctl --no-pager --output cat; cat /var/log/nginx/*
        """)
      #expect(seen.contains("CREDENTIALS_DIRECTORY=") && seen.contains("requestId"))
      #expect(!values.contains { seen.contains($0) })
    }

    @Test("reads its own secrets and no others", arguments: names)
    func secrets(name: String) throws {
      let own = try #require(Self.secrets[name])
      let found = try probe(
        name,
        """
        for file in /run/credentials/*/* /etc/dompet/secrets/*_*; do
          if read -r line < $file; then [[ ! $line ]] || echo "secret ${file##*/}"; fi
        done
        """)
      #expect(Set(found.filter { $0.hasPrefix("secret ") }) == Set(own.map { "secret \($0)" }))
    }

    @Test("reaches the network only if it talks to Xendit", arguments: names)
    func network(name: String) throws {
      let found = try probe(
        name, "if exec 3<> /dev/tcp/127.0.0.1/80; then echo connected; else echo cut off; fi")
      #expect(found.last == (Self.networked.contains(name) ? "connected" : "cut off"))
    }

    @Test("writes the database's folder and nothing else that stays", arguments: names)
    func files(name: String) throws {
      let found = try probe(
        name,
        """
        for folder in / /etc /etc/dompet /usr/libexec/dompet /usr/bin /run /run/lock /run/dompet \
            /root /home /var/lib /var/log /var/backups/dompet /dev/shm /var/lib/dompet; do
          if : > $folder/probe; then echo "wrote $folder"; fi
        done
        """)
      let backups = name == "backup" ? ["wrote /var/backups/dompet"] : []
      #expect(
        Set(found.filter { $0.hasPrefix("wrote ") })
          == Set(["wrote /var/lib/dompet", "wrote /dev/shm"] + backups))
      try machine.shell("rm /var/lib/dompet/probe; rm -f /var/backups/dompet/probe /dev/shm/probe")
    }

    @Test("runs nothing but Dompet, wherever it lies", arguments: names)
    func programs(name: String) throws {
      let folders = "/var/lib/dompet /dev/shm /run"
      try machine.shell(
        """
        for folder in \(folders) /usr/libexec/dompet; do
          install -m 755 /usr/bin/true $folder/probe-true
        done
        """)
      let found = try probe(
        name,
        """
        try() { if "$@"; then echo "ran $*"; else echo "refused $*"; fi }
        try /usr/libexec/dompet/probe-true
        for program in /usr/bin/{id,sh,curl} {\(folders.replacing(" ", with: ","))}/probe-true; do
          try $program
          try /lib64/ld-linux-x86-64.so.2 $program
        done
        while read -r _ _ _ _ folder options _; do echo "mount $folder $options"; done \
          < /proc/self/mountinfo
        """)
      // The first shows that it can be done.
      #expect(found.filter { $0.hasPrefix("ran ") } == ["ran /usr/libexec/dompet/probe-true"])
      #expect(found.filter { $0.hasPrefix("refused ") }.count == 12)
      for folder in ["/tmp", "/var/tmp"] {
        // What was mounted last is what is seen.
        let mount = found.last { $0.hasPrefix("mount \(folder) ") }
        #expect(mount?.contains("noexec") == true, "\(folder)")
      }
      try machine.shell("rm /{var/lib/dompet,dev/shm,run,usr/libexec/dompet}/probe-true")
    }

    @Test("sees no process but its own", arguments: names)
    func processes(name: String) throws {
      let found = try probe(name, "cd /proc; for one in [0-9]*; do echo \"process $one\"; done")
      #expect(found.filter { $0.hasPrefix("process ") }.count == 1)
    }

    /// Runs lines of bash, without programs, as this service: the same unit under another name,
    /// but for what it runs, that it ends, and that bash may be run.
    /// - Returns: what they wrote.
    private func probe(_ name: String, _ lines: String) throws -> [String] {
      let unit = "/run/systemd/system/dompet-probe.service"
      _ = try machine.run("bash", "-c", "cat > /usr/libexec/dompet/probe", input: lines + "\n:\n")
      try machine.shell(
        """
        grep -vE '^(ExecStart|Standard|Restart|Type|Condition|LogLevelMax)' \
          /lib/systemd/system/dompet-\(name).service > \(unit)
        cat >> \(unit) << END
        [Service]
        Type=oneshot
        ExecStart=/usr/bin/bash /usr/libexec/dompet/probe
        ExecPaths=/usr/bin/bash
        StandardOutput=truncate:/run/probe.output
        END
        systemctl daemon-reload
        systemctl start dompet-probe.service
        """)
      return try machine.shell("cat /run/probe.output").split(separator: "\n").map(String.init)
    }
  }
}
