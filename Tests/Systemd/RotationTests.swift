// A secret that is replaced: the old one counts until its file is gone.

import Support
import Testing

extension SystemdTests {
  @Suite("A secret") struct RotationTests {
    private let machine: Machine

    init() throws {
      machine = try Machine.shared.get()
    }

    @Test("is replaced without ending anybody's session")
    func rotation() throws {
      let old = try Customer(on: machine)
      let secret = "/etc/dompet/secrets/JWT_ACCESS_SECRET"
      let services = "dompet-auth dompet-wallets dompet-payments"
      try machine.shell(
        """
        mv \(secret) \(secret)_PREVIOUS
        (umask 077; head -c 32 /dev/urandom | base64 > \(secret))
        systemctl restart \(services)
        """)
      let new = try Customer(on: machine)
      #expect(try statuses(of: old) == [200, 200, 201])
      #expect(try statuses(of: new) == [200, 200, 201])
      try machine.shell("rm \(secret)_PREVIOUS; systemctl restart \(services)")
      #expect(try statuses(of: old) == [401, 401, 401])
      #expect(try statuses(of: new) == [200, 200, 201])
    }

    private func statuses(of customer: Customer) throws -> [Int] {
      try machine.inside {
        try ["auth", "wallets", "payments"].map { try customer.ask($0).answer.status }
      }
    }
  }
}
