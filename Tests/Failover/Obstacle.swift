// Why there can be no cluster here.

import Foundation
import Support

extension Cluster {
  /// nil if there can be one.
  static let obstacle: String? = {
    guard programsNeeded.allSatisfy({ isExecutable("\(programs)/\($0)") }) else {
      return """
        needs swift build -c release --traits PostgreSQL --scratch-path .build-postgresql \
        --static-swift-stdlib
        """
    }
    guard geteuid() == 0 else { return "needs root, to make networks" }
    for (file, package) in packages where !isExecutable(file) {
      return "needs Debian's package \(package)"
    }
    let flags = ["--mount", "--pid", "--fork", "--mount-proc", "--propagation", "private"]
    let result = try? runCommand("unshare", flags + ["sh", "-c", trial])
    guard result?.status == 0 else {
      return "needs network namespaces, which this machine refuses: \(result?.errors ?? "")"
    }
    return nil
  }()

  private static let programsNeeded = [
    "dompet", "dompet-webhook", "dompet-wallets", "dompet-payments",
  ]

  private static let packages = [
    ("/usr/lib/postgresql/15/bin/postgres", "postgresql-15"),
    ("/usr/bin/psql", "postgresql-client"),
    ("/usr/bin/patroni", "patroni"), ("/usr/bin/etcd", "etcd-server"),
    ("/usr/sbin/ip", "iproute2"), ("/usr/bin/curl", "curl"),
  ]

  private static let trial = """
    mkdir -p /run/netns && mount -t tmpfs tmpfs /run/netns && ip netns add trial &&
    ip -n trial link add one type bridge && ip -n trial link add two type veth peer name three
    """

  private static func isExecutable(_ path: String) -> Bool {
    FileManager.default.isExecutableFile(atPath: path)
  }
}
