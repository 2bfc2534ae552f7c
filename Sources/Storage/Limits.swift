// Every bound of this module, with its reason.

/// What storage allows itself.
enum Limits {
  /// From the call of `write` to the end of its body. nginx waits 5 s for the quickest program.
  static let writeSeconds = 4
  /// Read connections of a process. Each holds half a megabyte: the schema, pages, statements. To
  /// read is 0.1 ms of work for a processor; with more at once than this, most would only wait.
  static let readersMax = 8
  /// For one of them, when all are lent; as long as a write waits.
  static let readWaitSeconds = 4
  /// A reader meets a lock only while the write-ahead log is recovered after a crash.
  static let readBusyMilliseconds: Int32 = 4000
  /// What a reader keeps of the file in memory. It forgets all of it with each commit anywhere, and
  /// the kernel has it too: what one request reads must fit, no more.
  static let readCacheKibibytes = 256
  /// What the writer keeps in memory: all pages that a large group changes, or they would go to the
  /// log before the commit, be read again, and be written once more. With half of it they do.
  static let writeCacheKibibytes = 4096
  /// At start another program may be applying a long migration.
  static let startSeconds = 60
  /// SQLite's own default: 4 MB of log, so that a checkpoint is rare and short.
  static let checkpointPages = 1000
  /// 32 MB: from here on a checkpoint waits for readers, so that the log begins anew.
  static let logPages = 8192
  /// How long such a checkpoint may hold up all writers.
  static let checkpointBusyMilliseconds: Int32 = 100
  /// How many steps of SQLite's machine, some 0.1 ms, lie between two looks at the clock.
  static let stepsBetweenClockReadings: Int32 = 10_000
}
