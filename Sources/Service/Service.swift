// What the programs share: how one starts, what its handlers have at hand, how it ends.

import Crypto
import Domain
import FastCGI
import Ledger
import Logging
import Schema
import Storage

/// What every handler has at hand.
public struct Service: Sendable {
  public let database: any Database
  public let world: World
  public let log: Log
  public let figures: Figures

  public init(database: any Database, world: World, log: Log) {
    self.database = database
    self.world = world
    self.log = log
    figures = Figures(startedAt: world.now())
  }

  /// Opens the database and serves until told to stop. The exit status is 0, 78 (EX_CONFIG) if the
  /// database is not as it must be, or what `Server.run` says.
  public static func run(_ settings: Settings, routes: (Service) -> [Route]) -> Never {
    System.settleIn()
    let world = World.real
    let log = Log(program: settings.program, level: settings.logLevel, world: world)
    let database = open(settings, mode: Server.isCGI ? .single : .service)
    let service = Service(database: database, world: world, log: log)
    let ready = Readiness(database, settings, service)
    service.figures.include { metrics in database.figures.add(to: &metrics) }
    let table = Routes(
      routes(service) + [Route(.get, "/readyz", ready.answer)], figures: service.figures,
      program: settings.program, log: log, world: world)
    let server = Server(threads: settings.threads, bodyBytesMax: Bounds.bodyBytesMax) {
      table.answer($0)
    }
    System.end(server.run())
  }

  /// What a command has at hand that does one thing and ends.
  public static func forOperator(_ settings: Settings) -> Service {
    Service(
      database: openForOperator(settings), world: .real,
      log: Log(program: settings.program, level: settings.logLevel, world: .real))
  }

  /// The database as it is, for a command that does one thing and ends; never migrated.
  public static func openForOperator(_ settings: Settings) -> any Database {
    open(settings, mode: .single)
  }

  private static func open(_ settings: Settings, mode: OpeningMode) -> any Database {
    do throws(StorageFailure) {
      return try settings.database.open(migrations: Schema.migrations, mode: mode)
    } catch {
      System.fail(settings.program, [error.explanation(settings.database.description)])
    }
  }
}

extension StorageFailure {
  /// What is wrong with the database at this path or on this server, and what to do about it.
  /// - Parameter setting: where somebody said that it is this one.
  public func explanation(_ path: String, from setting: String = "DATABASE_URL") -> String {
    switch self {
    case .newerSchema(let found, let known, let first):
      "\(path) has schema \(found), this program knows \(known), and \(first) is not for programs "
        + "that do not know it. Install the release that made it, or restore a backup from before."
    case .olderSchema(let found, let known):
      "\(path) has schema \(found), this program needs \(known), and neither plain CGI nor a "
        + "command migrates. Run dompet migrate, or start a program once with its socket."
    case .cannotOpen(let evidence):
      "\(path) cannot be opened: \(evidence). Check \(setting), owner and mode."
    }
  }
}

/// The settings that all programs have.
public struct Settings: Sendable {
  let program: String
  public let database: DatabaseLocation
  /// How many requests run at once.
  public let threads: Int
  let logLevel: Logger.Level
}

extension Configuration {
  /// DATABASE_URL, WORKER_THREADS, LOG_LEVEL.
  /// - Parameter database: the path of the one to be opened instead of DATABASE_URL's.
  public mutating func settings(
    threads: Int = Bounds.workerThreads, database: String? = nil
  ) -> Settings? {
    let location = database.map(DatabaseLocation.file) ?? databaseLocation()
    let range = 1...Int64(Bounds.workerThreadsMax)
    let threads = number("WORKER_THREADS", or: Int64(threads), in: range)
    let level = parsed(
      "LOG_LEVEL", or: "info", Logger.Level.init(rawValue:),
      expected: "trace, debug, info, notice, warning, error or critical")
    guard let location, let threads, let level else { return nil }
    return Settings(
      program: program, database: location, threads: Int(threads), logLevel: level)
  }

  /// JWT_ACCESS_SECRET, and JWT_ACCESS_SECRET_PREVIOUS while it is being replaced.
  public mutating func tokenKeys() -> JWTKeys? {
    let current = secret("JWT_ACCESS_SECRET", bytesMin: JWTSecret.bytesMin)
    let previous = optionalSecret("JWT_ACCESS_SECRET_PREVIOUS", bytesMin: JWTSecret.bytesMin)
    guard let current, let previous, let key = try? JWTSecret(current) else { return nil }
    return JWTKeys(current: key, previous: previous.flatMap { try? JWTSecret($0) })
  }
}
