// Every bound of this module, with its reason.

import Glibc

/// What storage allows itself.
enum Limits {
  /// From the call of `write` to the end of its body. nginx waits 5 s for the quickest program.
  static let writeSeconds = 4
  /// Read connections of a process, each of which comes to hold 1.1 MB. To read is 0.1 ms of work
  /// for a processor: two for each are enough, but four, in case that some wait for the disk, and
  /// no more than half of the workers.
  static let readersMax = min(max(4, 2 * sysconf(Int32(_SC_NPROCESSORS_ONLN))), 16)
  /// For one of them, when all are lent; as long as a write waits.
  static let readWaitSeconds = 4
  /// A reader meets a lock only while the write-ahead log is recovered after a crash.
  static let readBusyMilliseconds: Int32 = 4000
  /// What a reader keeps of the file in memory. It forgets all of it with each commit anywhere, and
  /// the kernel has it too: a thousand people's wallets, sessions and names fit, who ask often.
  static let readCacheKibibytes = 896
  /// What the writer keeps in memory: all pages that a large group changes, or they would go to the
  /// log before the commit, be read again, and be written once more. With a million wallets none
  /// do; with two thirds of it they do.
  static let writeCacheKibibytes = 3072
  /// At start another program may be applying a long migration.
  static let startSeconds = 60
  /// 2.4 MB of log: when so much has been written, a checkpoint begins beside the next commits.
  static let checkpointPages = 600
  /// 16 MB of log, of which SQLite's index is in one piece (4062 pages): from here on everybody
  /// waits for a checkpoint, once less than the above is left to copy, so that the log begins anew.
  static let longLogPages = 4000
  /// 32 MB: from here on such a checkpoint waits for readers, and up to half of the log is little.
  static let logPages = 8192
  /// How long such a checkpoint may hold up all writers.
  static let checkpointBusyMilliseconds: Int32 = 100
  /// How many steps of SQLite's machine, some 0.1 ms, lie between two looks at the clock.
  static let stepsBetweenClockReadings: Int32 = 10_000

  // PostgreSQL. A server takes 100 connections unless told otherwise, and 3 of them are its
  // operator's: four programs of one machine fit in the rest.

  /// Connections of a process that read.
  static let serverReadersMax = 8
  /// Connections of a process that write. The server commits together whoever waits for the disk
  /// at that moment, so that more of them are throughput, as far as it has processors.
  static let serverWritersMax = 16
  /// What the four programs of one machine may take.
  static let connectionsOfMachine = Int64(4 * (serverReadersMax + serverWritersMax))
  /// For a host to answer. libpq makes less than 2 out of nothing.
  static let connectSeconds = 2
  /// For a statement of a program that stays to read. A command reads as long as it takes.
  static let serverReadSeconds = 4
  /// For the answer to COMMIT, when the transaction has used up its own time.
  static let commitMilliseconds: Int64 = 500
  /// A host that went is noticed by silence on what was sent, and else by 3 probes.
  static let unacknowledgedMilliseconds = 4000
  static let keepaliveIdleSeconds = 5
  static let keepaliveProbeSeconds = 1
  static let keepaliveProbes = 3
  /// How soon the server itself ends a statement whose client went.
  static let clientCheckMilliseconds = 1000
  /// How often a transaction is run again that others were in the way of.
  static let repeatsMax = 3
  /// How often it is run again on a new connection.
  static let reconnectsMax = 1
  /// Rows that are read and thrown away, so that the connection can be kept.
  static let unwantedRowsMax = 1000
  /// Rows that are kept for their reader while another statement is run, some 20 MB.
  static let waitingRowsMax = 10_000
}
