// The engines that a scenario runs on, and a database of its own on each.

import Domain
import Foundation
import Storage
import Testing

enum Engine: String, CustomTestStringConvertible {
  case sqlite = "SQLite"
  case postgresql = "PostgreSQL"

  /// A superuser's URL of a server that these tests have for themselves; see
  /// nginx/postgresql.bash, which Tests/run uses.
  static let serverURL = ProcessInfo.processInfo.environment["TEST_POSTGRESQL_URL"]

  static let all: [Engine] = hasServer ? [.sqlite, .postgresql] : [.sqlite]
  static let hasServer = ServerURL.isSupported && serverURL != nil
  static let whyNot: Comment =
    "PostgreSQL is left out: it takes swift test --traits PostgreSQL and TEST_POSTGRESQL_URL"

  var testDescription: String { rawValue }
}

/// Where the database of one test lies; it goes with the last use of this.
final class Place: Sendable {
  let engine: Engine
  let location: DatabaseLocation
  private let scratch: Scratch?

  static let entries = Migration(
    name: "entries", kind: .expands, sqlite: Array(Scratch.schema.utf8),
    postgresql: Array(
      """
      CREATE TABLE entries (
        writer BIGINT NOT NULL,
        number BIGINT NOT NULL,
        half BIGINT NOT NULL CHECK (half IN (1, 2)),
        payload TEXT NOT NULL,
        PRIMARY KEY (writer, number, half)
      )
      """.utf8))

  init(_ engine: Engine) throws {
    self.engine = engine
    switch engine {
    case .sqlite:
      let scratch = try Scratch()
      self.scratch = scratch
      location = .file(scratch.path)
    case .postgresql:
      scratch = nil
      let url = try Server.make("dompet_\(UUID().uuidString.lowercased().filter { $0 != "-" })")
      location = .server(try #require(ServerURL(url)))
    }
  }

  deinit {
    if case .server(let url) = location { Server.remove(url.databaseName) }
  }

  func open(
    _ migrations: [Migration] = [entries], mode: OpeningMode = .service
  ) throws(StorageFailure) -> any Database {
    try location.open(migrations: migrations, mode: mode)
  }
}

/// A database that keeps its place as long as it is used.
final class Rented: Database {
  let place: Place
  private let real: any Database

  /// A database of its own, on this engine.
  init(_ engine: Engine, _ migrations: [Migration] = [Place.entries]) throws {
    place = try Place(engine)
    real = try place.open(migrations)
  }

  func read<T>(_ body: (any Connection) throws(Refusal) -> T) throws(Refusal) -> T {
    try real.read(body)
  }

  func glance<T>(_ body: (any Connection) throws(Refusal) -> T) throws(Refusal) -> T {
    try real.glance(body)
  }

  func write<T: Sendable>(
    _ body: @escaping @Sendable (any Connection) throws(Refusal) -> T
  ) throws(Refusal) -> T {
    try real.write(body)
  }

  func hasKnownSchema() throws(Refusal) -> Bool { try real.hasKnownSchema() }

  var figures: StorageFigures { real.figures }
}

extension Migration {
  /// One script that both engines understand.
  init(_ name: String, _ kind: Kind, _ script: String) {
    self.init(
      name: name, kind: kind, sqlite: Array(script.utf8), postgresql: Array(script.utf8))
  }
}

extension ServerURL {
  /// What its description ends with.
  var databaseName: String {
    description.split(separator: "/").last.map(String.init) ?? ""
  }
}

@Suite("Engines")
struct EngineTests {
  @Test("both are tested", .enabled(if: Engine.hasServer, Engine.whyNot))
  func both() {
    #expect(Engine.all == [.sqlite, .postgresql])
  }

  @Test("a server's URL is described without user, password and parameters")
  func description() throws {
    let url = try #require(
      ServerURL("postgresql://dompet:canary@one:5432,two/wallet?password=canary&sslmode=require"))
    #expect("\(url)" == "postgresql://one:5432,two/wallet")
    #expect("\(DatabaseLocation.server(url))" == "postgresql://one:5432,two/wallet")
    let odd = try #require(ServerURL("postgres://a:can@ary@h/d"))
    #expect("\(odd)" == "postgresql://h/d")
  }

  @Test(
    "what is no URL of a server is none",
    arguments: [
      "", "postgresql:", "host=h password=p", "mysql://h/d", "postgresql://h/a b",
      "postgresql://h/\u{0}", "postgresql://h/\n",
      "postgresql://" + String(repeating: "h", count: 2048),
    ])
  func noURL(text: String) {
    #expect(ServerURL(text) == nil)
  }

  @Test(
    "a program without the engine says how to build one with it",
    .enabled(if: !ServerURL.isSupported, "this is built with it"))
  func unsupported() throws {
    let url = try #require(ServerURL("postgresql://h/d"))
    let failure = #expect(throws: StorageFailure.self) {
      try DatabaseLocation.server(url).open(migrations: [], mode: .service)
    }
    #expect("\(String(describing: failure))".contains("--traits PostgreSQL"))
  }
}
