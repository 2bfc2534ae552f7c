// What storage has done since the process began, for monitoring.

/// Counts that only grow, but for `logBytes`.
public struct StorageFigures: Sendable {
  /// Transactions that are durable.
  public var commits: Int64 = 0
  /// The writes in them: a commit carries all who wanted to write at that moment.
  public var committedJobs: Int64 = 0
  /// Groups of which nothing was done, or nobody can say.
  public var failedGroups: Int64 = 0
  /// How often a server's transaction was run again, because others were in the way of it
  /// (SQLSTATE 40001, 40P01, 23505).
  public var retries: Int64 = 0
  /// Connections to a server that were made in place of one that was lost or given up.
  public var reconnects: Int64 = 0
  /// How often the lock between the programs was got, and how long that took in all.
  public var turnstileEntries: Int64 = 0
  public var turnstileWaitNanoseconds: Int64 = 0
  /// How often it was not got in time.
  public var turnstileTimeouts: Int64 = 0
  /// Most of them are made beside the commits: nobody waits for these.
  public var checkpoints: Int64 = 0
  public var failedCheckpoints: Int64 = 0
  public var checkpointNanoseconds: Int64 = 0
  /// The write-ahead log as it lies on the disk, whoever wrote it.
  public var logBytes: Int64 = 0
}
