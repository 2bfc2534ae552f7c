// Waiting has an end: whatever holds a writer up, its caller is answered after 4 seconds, and
// knows whether its job can still be done.

import Domain
import Foundation
import Storage
import Testing

@Suite("Deadlines")
struct DeadlineTests {
  let scratch: Scratch
  let database: SQLiteDatabase

  init() throws {
    scratch = try Scratch()
    database = try scratch.open()
  }

  @Test("a lock held by a stranger is waited for in vain: busy, and well again when it is free")
  func stranger() throws {
    let stranger = Stranger(scratch.path)
    #expect(stranger.run("BEGIN IMMEDIATE"))
    expectAllBusyInTime(threads: 8)
    #expect(stranger.run("COMMIT"))
    try database.insert(1)
    #expect(try database.numbers() == [1])
  }

  @Test("a turnstile held by another process is waited for in vain: busy, and well again")
  func turnstile() throws {
    let held = HeldTurnstile(of: scratch.path)
    expectAllBusyInTime(threads: 8)
    held.release()
    try database.insert(1)
    #expect(try database.numbers() == [1])
  }

  @Test("a turnstile that opens in time lets everybody through")
  func turnstileOpens() throws {
    let held = HeldTurnstile(of: scratch.path)
    let wait = startThreads(8) { [database] thread in
      refusal { () throws(Refusal) in try database.insert(thread) }
    }
    usleep(500_000)
    held.release()
    #expect(wait().allSatisfy { $0 == nil })
    #expect(try database.numbers() == Array(0..<8))
  }

  @Test("a thread that blocks all signals does not wait for ever")
  func blockedSignals() throws {
    let held = HeldTurnstile(of: scratch.path)
    inThreads(1) { [database] _ in
      var all = sigset_t()
      sigfillset(&all)
      pthread_sigmask(SIG_SETMASK, &all, nil)
      #expect(refusal { () throws(Refusal) in try database.insert(1) }?.isBusy == true)
    }
    held.release()
    #expect(try database.numbers() == [])
  }

  @Test("a statement without end is interrupted, and the next write works")
  func endlessStatement() throws {
    let refused = refusal { () throws(Refusal) in
      try database.write { connection throws(Refusal) in
        try connection.execute(
          """
          WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
          INSERT INTO entries SELECT 0, max(i), 1, '' FROM n
          """, [])
      }
    }
    #expect(refused?.isBusy == true)
    try database.insert(1)
    #expect(try database.numbers() == [1])
  }

  @Test("a job that is withdrawn from the queue never runs, neither then nor later")
  func withdrawn() throws {
    let leads = DispatchSemaphore(value: 0)
    let wait = startThreads(1) { [database] _ in
      refusal { () throws(Refusal) in
        try database.write { connection throws(Refusal) in
          leads.signal()
          usleep(5_000_000)
          try connection.insert(1)
        }
      }
    }
    leads.wait()
    let refused = refusal { () throws(Refusal) in try database.insert(2) }
    #expect(refused == .busy(evidence: "withdrawn: its turn did not come in time"))
    #expect(wait() == [nil])
    try database.insert(3)
    #expect(try database.numbers() == [1, 3])
  }

  @Test("a job that has run and waits for its group is answered unknown, and may be committed")
  func unknown() throws {
    let hasLeader = DispatchSemaphore(value: 0)
    let refusals = inThreads(3) { [database] thread in
      if thread > 0 { hasLeader.wait() }
      if thread == 2 { usleep(100_000) }
      return refusal { () throws(Refusal) in
        try database.write { connection throws(Refusal) in
          try connection.insert(thread)
          if thread == 0 {
            hasLeader.signal()
            hasLeader.signal()
            usleep(2_000_000)
          }
          if thread == 2 { usleep(5_000_000) }
        }
      }
    }
    #expect(refusals[0] == nil)
    #expect(refusals[1] == .busy(evidence: "unknown: it may still be committed"))
    #expect(try database.numbers() == [0, 1, 2])
  }

  private func expectAllBusyInTime(threads: Int) {
    inThreads(threads) { [database] thread in
      let begin = ContinuousClock.now
      let refused = refusal { () throws(Refusal) in try database.insert(thread) }
      #expect(refused?.isBusy == true)
      // 4 s, and what a busy machine adds; without a deadline it would be for ever.
      #expect(ContinuousClock.now - begin < .seconds(30))
    }
  }
}
