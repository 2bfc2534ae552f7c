// Times: from microseconds to a calendar and back, held against Foundation's calendar.

import Domain
import Foundation
import Testing

@Suite("A timestamp") struct TimestampTests {
  private static let day: Int64 = 86_400_000_000

  @Test(
    "is written as RFC 3339 with milliseconds",
    arguments: [
      (0, "1970-01-01T00:00:00.000Z"),
      (1_781_395_200_000_000, "2026-06-14T00:00:00.000Z"),
      (951_782_400_000_000, "2000-02-29T00:00:00.000Z"),
      (4_107_542_399_999_999, "2100-02-28T23:59:59.999Z"),
      (4_107_542_400_000_000, "2100-03-01T00:00:00.000Z"),
      (-1, "1969-12-31T23:59:59.999Z"),
      (-1000, "1969-12-31T23:59:59.999Z"),
      (-1001, "1969-12-31T23:59:59.998Z"),
      (-day, "1969-12-31T00:00:00.000Z"),
      (253_402_300_799_999_999, "9999-12-31T23:59:59.999Z"),
      (-62_135_596_800_000_000, "0001-01-01T00:00:00.000Z"),
      (-62_135_596_800_000_001, "0000-12-31T23:59:59.999Z"),
      (-62_167_219_200_000_000, "0000-01-01T00:00:00.000Z"),
    ])
  func written(microseconds: Int64, text: String) {
    #expect(Timestamp(microseconds: microseconds).rfc3339 == text)
  }

  @Test("agrees with Foundation's calendar on each day of 800 years")
  func calendar() throws {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = try #require(TimeZone(secondsFromGMT: 0))
    let base = try #require(
      calendar.date(from: DateComponents(year: 1700, month: 1, day: 1)))
    let first = Int64(base.timeIntervalSince1970) / 86_400
    for number in stride(from: first, to: first + 800 * 365, by: 1) {
      let date = Timestamp(microseconds: number * Self.day).date
      let parts = calendar.dateComponents(
        [.year, .month, .day], from: Date(timeIntervalSince1970: Double(number) * 86_400))
      let isSame =
        date.year == Int64(parts.year ?? 0) && date.month == Int64(parts.month ?? 0)
        && date.day == Int64(parts.day ?? 0)
      guard isSame else {
        Issue.record("\(date) is not \(parts)")
        return
      }
    }
  }

  @Test("counts days without gap or overlap, through leap years and years before 1")
  func days() {
    var before = Timestamp(microseconds: -800_000 * Self.day).date
    for number in stride(from: Int64(-799_999), to: 800_000, by: 1) {
      let date = Timestamp(microseconds: number * Self.day).date
      let isNext =
        date.day == before.day + 1 && date.month == before.month
        || date.day == 1 && before.day >= 28
          && (date.month == before.month + 1 && date.year == before.year
            || date.month == 1 && before.month == 12 && date.year == before.year + 1)
      guard isNext else {
        Issue.record("\(date) follows \(before)")
        return
      }
      before = date
    }
  }

  @Test("has whole seconds, rounded down also before 1970")
  func seconds() {
    for (microseconds, seconds): (Int64, Int64) in [
      (0, 0), (999_999, 0), (1_000_000, 1), (-1, -1), (-1_000_000, -1), (-1_000_001, -2),
      (.max, 9_223_372_036_854), (.min, -9_223_372_036_855),
    ] {
      #expect(Timestamp(microseconds: microseconds).seconds == seconds)
    }
  }

  @Test("moves by seconds, and stops at the last moment that can be counted")
  func adding() {
    let start = Timestamp(microseconds: 1)
    #expect(start.adding(seconds: 1).microseconds == 1_000_001)
    #expect(start.adding(seconds: -1).microseconds == -999_999)
    #expect(start.adding(seconds: .max).microseconds == .max)
    #expect(Timestamp(microseconds: .max).adding(seconds: 1).microseconds == .max)
    #expect(Timestamp(microseconds: .max).adding(seconds: 0).microseconds == .max)
  }

  @Test("compares as its microseconds do")
  func order() {
    #expect(Timestamp(microseconds: .min) < Timestamp(microseconds: -1))
    #expect(Timestamp(microseconds: -1) < Timestamp(microseconds: 0))
    #expect(!(Timestamp(microseconds: 0) < Timestamp(microseconds: 0)))
  }

  @Test("at the ends of what can be counted is written too")
  func extremes() async {
    await #expect(processExitsWith: .success) {
      _ = Timestamp(microseconds: .max).rfc3339
    }
    await #expect(processExitsWith: .success) {
      for microseconds: Int64 in [.min, .min + 1, .min + 86_400_000_000] {
        _ = Timestamp(microseconds: microseconds).rfc3339
        _ = Timestamp(microseconds: microseconds).date
      }
    }
  }

  @Test("before the year 0 has its sign before its four digits")
  func negativeYears() {
    #expect(
      Timestamp(microseconds: -62_167_219_200_000_001).rfc3339 == "-0001-12-31T23:59:59.999Z")
  }
}
