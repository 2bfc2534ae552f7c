// The package's life on a server that runs nginx: installed, used, upgraded, removed, purged.

import Foundation
import Support
import Testing

@Suite(
  "On a server",
  .enabled(if: Server.obstacle == nil, Comment(rawValue: Server.obstacle ?? "")))
struct LifeTests {
  private static let register = "/api/v1/auth/register"
  private static let login = "/api/v1/auth/login"
  private static let secret = #""username":"ana.wijaya","password":"correct horse battery""#
  private let server: Server

  init() throws {
    server = try Server()
  }

  @Test("apt installs it, changes nothing that nginx serves, and says what to do next")
  func install() throws {
    let told = try server.apt("install /mnt/current.deb")
    for line in [
      "dompet init", "include dompet/dompet.conf;", "nginx -t && systemctl reload nginx",
    ] {
      #expect(told.contains(line))
    }
    try server.shell("nginx -t && systemctl reload nginx")
    #expect(try server.get("/") == "the shop\n 200")
    #expect(try server.shell("systemctl is-enabled dompet.target") == "enabled")
    for name in Server.programs {
      #expect(try server.shell("systemctl is-active dompet-\(name).socket") == "active")
    }
    #expect(try server.shell("systemctl --failed --no-legend") == "")
    #expect(try server.processes().values.allSatisfy { $0 == 0 })
    let folders = "/var/lib/dompet /etc/dompet/secrets"
    #expect(
      try server.shell("stat --format '%a %U %G' \(folders)") == "2770 root dompet\n700 root root")
  }

  @Test("with secrets and one line for nginx it serves")
  func serve() throws {
    try server.apt("install /mnt/current.deb")
    try server.setUp()
    #expect(try server.get("/") == "the shop\n 200")
    try addUser()
    #expect(try server.post(Self.login, "{\(Self.secret)}").hasSuffix(" 200"))
    #expect(try server.get("/api/v1/docs").hasSuffix(" 200"))
    #expect(try server.get("/sandbox/") == "the shop\n 200")
    #expect(try server.shell("dompet verify 2>&1").contains("1 wallet"))
    #expect(try server.shell("MANWIDTH=200 man dompet-verify").contains("dompet verify"))
    let completions = "/usr/share/bash-completion/completions/dompet"
    #expect(try server.shell("set +u; . \(completions); complete -p dompet").contains("dompet"))
  }

  @Test("without secrets it answers 503, and serves as soon as they are there")
  func secretsLast() throws {
    try server.apt("install /mnt/current.deb")
    try server.include()
    #expect(try server.get("/healthz").hasSuffix(" 503"))
    #expect(try server.get("/") == "the shop\n 200")
    try server.makeSecrets()
    try eventually("it serves") { try server.get("/healthz").hasSuffix(" 200") }
  }

  @Test("an upgrade under load refuses nobody, and keeps the database and what was edited")
  func upgrade() throws {
    try server.apt("install /mnt/previous.deb")
    try server.setUp()
    try addUser()
    try server.shell("echo LOG_LEVEL=notice >> /etc/dompet/dompet.env")
    let before = try server.processes()
    let sockets =
      "systemctl show --property ActiveEnterTimestampMonotonic dompet-{auth,webhook}.socket"
    let listeningSince = try server.shell(sockets)
    let answers = try whileAsked { try server.apt("install /mnt/current.deb") }

    #expect(answers.allSatisfy { $0 == "200" }, "\(Set(answers))")
    #expect(try server.shell(sockets) == listeningSince)
    #expect(try server.shell("dpkg-query -W -f '${Version}' dompet") == currentVersion())
    let after = try server.processes()
    for name in Server.programs {
      #expect(before[name] != after[name])
      let program = try server.shell("readlink /proc/\(after[name] ?? 0)/exe")
      #expect(program == "/usr/libexec/dompet/dompet-\(name)")
    }
    #expect(try server.post(Self.login, "{\(Self.secret)}").hasSuffix(" 200"))
    let edited = try server.shell("cat /etc/dompet/dompet.env")
    #expect(edited.hasSuffix("\(Packages.oldLine)\nLOG_LEVEL=notice"))
    #expect(
      try !server.shell("cat /etc/nginx/dompet/dompet-errors.conf").contains(Packages.oldLine))
  }

  @Test("removed, nothing of it runs; purged, the database is left")
  func removeAndPurge() throws {
    try server.apt("install /mnt/current.deb")
    try server.setUp()
    try addUser()
    try server.apt("remove dompet")
    #expect(try server.shell("systemctl list-units --no-legend 'dompet-*'") == "")
    #expect(try server.shell("pgrep -c dompet- || true") == "0")
    // The line in nginx does no harm yet.
    try server.shell("nginx -t")
    #expect(try server.get("/") == "the shop\n 200")
    #expect(try server.get("/api/v1/wallets/me").hasSuffix(" 503"))

    // Installed again, it goes on.
    try server.apt("install /mnt/current.deb")
    #expect(try server.post(Self.login, "{\(Self.secret)}").hasSuffix(" 200"))

    let told = try server.apt("purge dompet")
    #expect(told.contains("/var/lib/dompet") && told.contains("DOMPET_PURGE_DATABASE=yes"))
    #expect(told.contains("/etc/nginx/sites-enabled/shop"))
    try server.shell("[[ -s /var/lib/dompet/dompet.db && -d /var/backups/dompet ]]")
    #expect(
      try server.shell("ls -d /etc/dompet /etc/nginx/dompet /run/dompet 2> /dev/null || true") == ""
    )
    try server.shell("sed -i '/dompet/d' /etc/nginx/sites-enabled/shop; nginx -t")
    #expect(try leftovers() == "")
  }

  @Test("purged with DOMPET_PURGE_DATABASE=yes, the database is gone too")
  func purgeDatabase() throws {
    try server.apt("install /mnt/current.deb")
    try server.setUp()
    try server.shell("[[ -s /var/lib/dompet/dompet.db ]]")
    try server.apt("purge dompet", environment: "DOMPET_PURGE_DATABASE=yes")
    #expect(try server.shell("ls -d /var/{lib,backups}/dompet 2> /dev/null || true") == "")
    #expect(try leftovers() == "")
  }

  private func addUser() throws {
    let answer = try server.post(
      Self.register, "{\"email\":\"ana@example.com\",\(Self.secret)}")
    #expect(answer.hasSuffix(" 201"))
  }

  /// Asks all four programs without a pause, before, while and after `body` runs.
  /// - Returns: the status of each answer.
  private func whileAsked(_ body: () throws -> Void) throws -> [String] {
    try server.shell(
      """
      ask() { curl --silent --output /dev/null -w '%{http_code}\\n' http://127.0.0.1/healthz; }
      (until [[ -e /run/enough ]]; do ask || true; done > /run/answers; touch /run/done) \
        < /dev/null > /dev/null 2>&1 &
      """)
    let count = { try Int(server.shell("wc -l < /run/answers")) ?? 0 }
    try eventually("somebody asks") { try count() > 10 }
    try body()
    let until = try count() + 10
    try eventually("somebody asks on") { try count() > until }
    try server.shell("touch /run/enough")
    try eventually("that ends") { try server.run("[[ -e /run/done ]]").status == 0 }
    return try server.shell("cat /run/answers").split(separator: "\n").map(String.init)
  }

  private func currentVersion() throws -> String {
    try Packages.command("dpkg-deb", "--field", Packages.current.get(), "Version")
      .trimmingCharacters(in: .newlines)
  }

  /// What is called dompet in the folders that packages write to, but for the database.
  private func leftovers() throws -> String {
    try server.shell(
      "find /etc /usr/bin /usr/lib /usr/libexec /usr/share /var/lib/systemd -name '*dompet*'")
  }
}
