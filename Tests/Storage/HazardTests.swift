// What is told of a server's settings.

import Domain
import Foundation
import Storage
import Testing

@Suite("A server's settings", .enabled(if: Engine.hasServer, Engine.whyNot))
struct HazardTests {
  private func hazards(_ location: DatabaseLocation) throws -> [Hazard] {
    var hazards: [Hazard] = []
    let database = try location.open(migrations: [], mode: .single)
    try database.read { db throws(Refusal) in try db.findHazards { hazards.append($0) } }
    return hazards
  }

  @Test("as PostgreSQL ships them, nothing is told of them")
  func shipped() throws {
    let server = try OwnServer()
    #expect(try hazards(server.location()).map(\.setting) == [])
  }

  @Test("what can lose money, or leaves too few connections for one machine, is told")
  func dangerous() throws {
    let server = try OwnServer(
      "fsync=off", "full_page_writes=off", "synchronous_commit=off", "max_connections=98")
    let hazards = try hazards(server.location())
    #expect(
      hazards.map(\.setting) == [
        "synchronous_commit", "fsync", "full_page_writes", "max_connections",
      ])
    #expect(hazards.map(\.level) == [.warning, .problem, .problem, .warning])
    #expect(hazards.last?.text.hasPrefix("it leaves 95 to the programs") == true)
  }

  @Test("commits that wait for no standby are told, also where one database has it so")
  func local() throws {
    let rented = try Rented(.postgresql, [])
    // The tests' own server is spared fsync.
    let hazards = try hazards(rented.place.location).filter { $0.setting != "fsync" }
    #expect(hazards.map(\.setting) == ["synchronous_commit"])
    #expect(hazards.first?.text.hasPrefix("it is local") == true)
  }

  @Test("one that is in recovery is not opened, and that is said")
  func recovering() throws {
    let server = try OwnServer()
    server.crash()
    try server.becomeStandby()
    try server.start()
    let failure = #expect(throws: StorageFailure.self) { try hazards(server.location()) }
    #expect(String(describing: failure).contains("the server is in recovery"))
  }

  @Test("a database's size is known on a server, and a file's is its own", arguments: Engine.all)
  func size(engine: Engine) throws {
    let bytes = try Rented(engine).read { db throws(Refusal) in try db.databaseBytes() }
    #expect(engine == .sqlite ? bytes == nil : bytes ?? 0 > 1_000_000)
  }
}
