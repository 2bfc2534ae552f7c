// Names of backups, and which of them are kept.

import Domain
import Testing

@Suite("Backups")
struct BackupTests {
  /// One at the end of each so many minutes, from 2026-11-01 on.
  private func names(every minutes: Int64, _ count: Int64) -> [BackupName] {
    (1...count).map { BackupName(at: time.adding(seconds: $0 * minutes * 60)) }
  }

  private let time = Timestamp(rfc3339: "2026-11-01T00:00:00Z") ?? Timestamp(microseconds: 0)

  private func surplus(_ names: [BackupName], _ retention: Retention) -> [BackupName] {
    retention.surplus(of: names, newest: names.last ?? BackupName(at: time))
  }

  @Test("are named by the second in which they were begun")
  func name() {
    let name = BackupName(at: Timestamp(microseconds: 1_795_468_509_999_999))
    #expect(name.text == "dompet-20261123T211509Z.db")
    #expect(BackupName(name.text) == name)
    #expect(name.time.microseconds == 1_795_468_509_000_000)
  }

  @Test(
    "are nothing by any other name",
    arguments: [
      "", "dompet.db", "dompet-20261123T213509Z.db.sha256", "dompet-20261123T213509Z.db.partial",
      "dompet-20261323T213509Z.db", "dompet-20261123T253509Z.db", "dompet-20261123T213560Z.db",
      "dompet-20261123 213509Z.db", "dompet_20261123T213509Z.db", "dompet-２0261123T213509Z.db",
      "copy-20261123T213509Z.db", "dompet-20261123T213509+.db", "dompet-20261123T213509Z.DB",
    ])
  func foreign(text: String) {
    #expect(BackupName(text) == nil)
  }

  @Test("are kept for 24 hours and 30 days, the newest of each")
  func usual() {
    let all = names(every: 15, 40 * 96)
    let kept = Set(all).subtracting(surplus(all, Retention()))
    let newest = all[all.count - 1]
    #expect(kept.contains(newest))
    // The last stands at midnight: one hour, and one day, of its own.
    let hours = kept.filter { newest.time.seconds - $0.time.seconds < 24 * 3600 }
    #expect(hours.count == 24)
    #expect(kept.count == 24 + 28)
    for name in kept where name != newest { #expect(name.text.contains("4500Z")) }
  }

  @Test("all stay while there are few, and while none is made any more")
  func few() {
    #expect(surplus(names(every: 1440, 30), Retention()) == [])
    #expect(surplus(names(every: 60, 24), Retention()) == [])
    let old = names(every: 1440, 31)
    #expect(surplus(old, Retention()) == [old[0]])
  }

  @Test("the one just made stays, even if the clock went back and others seem newer")
  func clockWentBack() {
    let all = names(every: 60, 2000)
    let made = BackupName(at: time.adding(seconds: -86_400))
    #expect(!Retention().surplus(of: all + [made], newest: made).contains(made))
    #expect(Retention(hours: 0, days: 0).surplus(of: [made], newest: made) == [])
  }

  @Test("nothing that is removed is the newest of a kept hour or day, whatever the times")
  func random() {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<200 {
      let all = (0..<60).map { _ in
        BackupName(at: time.adding(seconds: Int64.random(in: 0..<864_000, using: &generator)))
      }
      guard let newest = all.max() else { continue }
      let removed = Set(Retention(hours: 5, days: 3).surplus(of: all, newest: newest))
      let days = Dictionary(grouping: all) { $0.time.seconds / 86_400 }
      for day in days.keys.sorted().suffix(3) {
        #expect(days[day]?.max().map(removed.contains) == false)
      }
      #expect(Set(all).count - removed.count <= 8)
    }
  }
}
