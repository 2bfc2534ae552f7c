// The sandbox itself: its settings, its database, and what a test may change while it runs.

import Domain
import HTTPClient
import Storage
import Synchronization

final class Sandbox: Sendable {
  let settings: Settings
  let database: SQLiteDatabase
  let client = HTTPClient(limits: webhookLimits())
  let basicCredentials: [UInt8]
  /// Forgotten when the program ends, as a fault should be.
  let faults = Mutex<[FaultRule]>([])
  let switches = Mutex(Switches())
  let rateLimit = Mutex(RateLimit())

  init(settings: Settings) throws(StorageFailure) {
    self.settings = settings
    basicCredentials = encodedCredentials(user: settings.secretKey)
    database = try SQLiteDatabase(
      path: settings.databasePath, migrations: sandboxMigrations, mode: .service)
  }

  var currentSwitches: Switches {
    switches.withLock { $0 }
  }

  func invoiceURL(_ id: String) -> String {
    "\(settings.publicURL)/web/\(id)"
  }
}
