// The end of patience: it comes nearer, and never lies in the past.

import Testing

@testable import Service

@Suite("A deadline") struct DeadlineTests {
  @Test("leaves at most what was given, and less as time goes by")
  func remaining() {
    let deadline = Deadline(milliseconds: 60_000)
    let first = deadline.remainingMilliseconds
    #expect((1...60_000).contains(first))
    while deadline.remainingMilliseconds == first {}
    #expect(deadline.remainingMilliseconds < first)
  }

  @Test("that has passed leaves nothing", arguments: [0, -1, -1_000_000])
  func passed(milliseconds: Int) {
    #expect(Deadline(milliseconds: milliseconds).remainingMilliseconds == 0)
  }
}
