// Backups by their names, and which of them are kept.

/// A backup's name says when it was begun: `dompet-20261123T211500Z.db`.
public struct BackupName: Comparable, Hashable, Sendable {
  /// In whole seconds.
  public let time: Timestamp
  public let text: String

  public init(at time: Timestamp) {
    let digits = time.rfc3339.filter { $0 != "-" && $0 != ":" }.prefix(15)
    text = "dompet-\(digits)Z.db"
    self.time = Timestamp(microseconds: time.seconds &* 1_000_000)
  }

  /// nil for every name that is not one that `init(at:)` makes.
  public init?(_ text: String) {
    let letters = Array(text)
    guard letters.count == 26 else { return nil }
    let parts = [7..<11, 11..<13, 13..<15, 16..<18, 18..<20, 20..<22].map { String(letters[$0]) }
    let date = parts.prefix(3).joined(separator: "-")
    let hour = parts.suffix(3).joined(separator: ":")
    guard let time = Timestamp(rfc3339: "\(date)T\(hour)Z"), BackupName(at: time).text == text
    else { return nil }
    self.init(at: time)
  }

  public static func < (left: BackupName, right: BackupName) -> Bool { left.time < right.time }
}

/// How long backups are kept: the newest one of each hour, and of each day (UTC).
public struct Retention: Sendable {
  /// So many hours and days that have a backup: where none is made any more, none is removed.
  public let hours: Int
  public let days: Int

  public init(hours: Int = 24, days: Int = 30) {
    self.hours = hours
    self.days = days
  }

  /// Those that are no longer needed.
  /// - Parameter newest: the one that was just made; it is kept whatever the clocks say.
  public func surplus(of names: [BackupName], newest: BackupName) -> [BackupName] {
    let kept = Set(
      newestOfEach(3600, hours, of: names) + newestOfEach(86_400, days, of: names))
    return names.filter { $0 != newest && !kept.contains($0) }
  }

  private func newestOfEach(
    _ seconds: Int64, _ count: Int, of names: [BackupName]
  ) -> ArraySlice<BackupName> {
    var newest: [BackupName] = []
    for name in names.sorted(by: >) where newest.last?.period(seconds) != name.period(seconds) {
      newest.append(name)
    }
    return newest.prefix(count)
  }
}

extension BackupName {
  /// No backup is from before 1970.
  fileprivate func period(_ seconds: Int64) -> Int64 { time.seconds / seconds }
}
