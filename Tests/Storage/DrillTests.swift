// Whatever ends a server's sessions, what was acknowledged is there, and once.

import Domain
import Foundation
import Storage
import Support
import Testing

@Suite("A server that fails again and again", .enabled(if: Engine.hasServer, Engine.whyNot))
struct DrillTests {
  @Test("sessions ended at random: nothing acknowledged is missing, nothing is doubled")
  func terminated() throws {
    let database = try Rented(.postgresql, [Drill.migration])
    guard case .server(let url) = database.place.location else { return }
    try Drill(database).run {
      for _ in 0..<(60 * Scale.factor) {
        usleep(.random(in: 10_000...80_000))
        try Server.run(
          """
          SELECT count(pg_terminate_backend(pid)) FROM (
            SELECT pid FROM pg_stat_activity WHERE datname = '\(url.databaseName)'
            ORDER BY random() LIMIT 3) AS chosen
          """)
      }
    }
    #expect(database.figures.reconnects > 20)
  }

  @Test("the server crashes and recovers: nothing acknowledged is missing, nothing is doubled")
  func crashed() throws {
    let server = try OwnServer()
    let database = try server.location().open(migrations: [Drill.migration], mode: .service)
    try Drill(database).run {
      for _ in 0..<(3 * Scale.factor) {
        usleep(500_000)
        server.crash()
        try server.start()
      }
      usleep(500_000)
    }
    #expect(database.figures.reconnects > 0)
  }
}
