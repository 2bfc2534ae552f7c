// Every bound of the programs, once, with its reason.

/// Limits on what comes in and on what is waited for.
public enum Bounds {
  /// A request's body. The largest that is meant is a webhook of about 2 kB; nginx refuses more
  /// than this too.
  public static let bodyBytesMax = 65_536

  /// Worker threads where nothing but the disk is waited for. A group of commits is never larger
  /// than the number of threads, so on a slow disk they are the throughput.
  public static let workerThreads = 32

  /// Worker threads of auth: two hash passwords, the others must never wait for them all.
  public static let workerThreadsOfAuth = 8

  /// More threads than this only cost memory.
  public static let workerThreadsMax = 256

  /// Xendit's part of a top-up request. With what the store may take, 4 s, the whole has 15 s;
  /// nginx waits 20 s.
  public static let xenditMilliseconds = 11_000

  /// Somebody is on it until then: a little longer than such a request can live.
  public static let topUpLeaseSeconds: Int64 = 20

  /// Rows of an export that are read at once, each time on a snapshot of its own: a snapshot that
  /// lasted as long as a slow reader would let the write-ahead log grow without end.
  public static let exportRows = 500

  /// One worker in so many may be busy with an export: its reader may be slow.
  public static let workersForEachExport = 4

  /// What a session remembers of a User-Agent.
  public static let userAgentCharactersMax = 255

  /// A secret that signs or proves: as long as the hash that it keys (RFC 7518, section 3.2).
  public static let secretBytesMin = 32

  /// A secret or a setting from a file.
  public static let secretBytesMax = 4096

  /// Tokens that a program knows, of a kilobyte each.
  static let knownTokensMax = 1024

  /// Less room than this for the store is as good as none: four times the log between two
  /// checkpoints.
  static let freeBytesMin: Int64 = 16 * 1024 * 1024

  /// What a 503 or a 429 asks a client to wait.
  public static let retryAfterSeconds = 2
}
