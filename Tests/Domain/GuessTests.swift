// The limit on wrong passwords, with a clock in seconds.

import Domain
import Testing

@Suite("Guessing") final class GuessTests {
  private var guesses = Guesses()

  /// A try that ends at once. - Returns: the seconds to wait if it was not let through.
  @discardableResult
  private func attempt(
    _ outcome: Guesses.Outcome = .wrong, account: String = "budi", from address: String = "h",
    familiar: Bool = false, at seconds: Int64 = 0
  ) -> Int? {
    let attempt = Guesses.Attempt(
      account: account, network: Network(address), isFamiliar: familiar)
    if let wait = guesses.begin(attempt, at: seconds * 1000) { return wait }
    guesses.end(attempt, outcome, at: seconds * 1000)
    return nil
  }

  @Test("is free five times, then each mistake doubles the wait, up to a quarter of an hour")
  func doubling() {
    for _ in 1...5 { #expect(attempt() == nil) }
    var now: Int64 = 0
    var waits: [Int] = []
    while waits.count < 12, let wait = attempt(at: now) {
      waits.append(wait)
      #expect(attempt(at: now + Int64(wait) - 1) == 1)
      now += Int64(wait)
      #expect(attempt(at: now) == nil)
    }
    #expect(waits.prefix(10) == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512])
    #expect(waits.suffix(2).allSatisfy { (512...900).contains($0) })
  }

  @Test("is not counted while it is refused, nor when the password was not looked at")
  func uncounted() {
    for _ in 1...5 { attempt() }
    for _ in 1...50 { #expect(attempt() == 1) }
    for _ in 1...50 { #expect(attempt(.untried, at: 1) == nil) }
    #expect(attempt(at: 1) == nil)
    #expect(attempt(at: 1) == 2)
  }

  @Test("is forgiven one by one, each quarter of an hour, and at once by the right password")
  func forgiven() {
    for _ in 1...5 { attempt() }
    #expect(attempt(at: 899) == nil)
    #expect(attempt(at: 899) == 2)
    #expect(attempt(.right, at: 901) == nil)
    for _ in 1...5 { #expect(attempt(at: 901) == nil) }
    #expect(attempt(at: 901) == 1)
  }

  @Test("many at once are no more than one after another")
  func atOnce() {
    let one = Guesses.Attempt(account: "budi", network: Network("h"), isFamiliar: false)
    let waits = (1...100).map { _ in guesses.begin(one, at: 0) }
    #expect(waits.filter { $0 == nil }.count == 5)
    for _ in 1...5 { guesses.end(one, .wrong, at: 0) }
    let later = (1...3).map { _ in guesses.begin(one, at: 1000) }
    #expect(later == [nil, 1, 1])
  }

  @Test("by strangers never keeps out who has entered from the same network before")
  func familiar() {
    for number in 0..<5000 { attempt(from: "stranger-\(number % 1000)") }
    for number in 0..<5000 { attempt(account: "user-\(number)", from: "h") }
    #expect(attempt(account: "other", from: "h") != nil)
    #expect(attempt(.right, from: "h", familiar: true) == nil)
  }

  @Test("at an account by many lets everybody without a mistake have one try")
  func oneTry() {
    for number in 0..<1000 { attempt(from: "stranger-\(number)") }
    #expect(attempt(from: "home") == nil)
    #expect(attempt(from: "home") == 60)
    #expect(attempt(from: "elsewhere") == nil)
    #expect(attempt(from: "home", at: 901) == nil)
  }

  @Test("at many accounts from one network is slowed down, a little")
  func stuffing() {
    for number in 0..<100 { #expect(attempt(account: "user-\(number)") == nil) }
    #expect(attempt(account: "another") == 1)
    #expect(attempt(account: "another", from: "elsewhere") == nil)
    for number in 0..<100 { attempt(account: "user-\(number)", at: Int64(number)) }
    #expect((attempt(account: "another", at: 100) ?? 0) <= 5)
  }

  @Test("elsewhere does not make it forget a long wait, however much there is of it")
  func bounded() {
    guesses = Guesses(entriesMax: 100)
    for second in 0..<200 { attempt(at: Int64(second)) }
    let wait = attempt(at: 200)
    for number in 0..<10_000 { attempt(account: "a\(number)", from: "n\(number)", at: 200) }
    #expect(wait != nil && attempt(at: 200) == wait)
  }

  @Test(
    "from one IPv6 network of 64 bits, or an IPv4 address in either spelling, is from one place",
    arguments: [
      ("192.0.2.1", "192.0.2.1"), ("::ffff:192.0.2.1", "192.0.2.1"), ("192.0.2.11", "192.0.2.11"),
      ("2001:db8:0:7:1::2", "2001:db8:0:7::/64"), ("2001:db8:0:7:a:b:c:d", "2001:db8:0:7::/64"),
      ("2001:db8::1", "2001:db8:0:0::/64"), ("::1", "0:0:0:0::/64"), ("fe80::", "fe80:0:0:0::/64"),
      ("1::2:3:4:5:6:7", "1:0:2:3::/64"), ("unix:", "unix:"), ("", ""),
      (":::::::::", "0:0:0:0::/64"),
    ])
  func networks(address: String, network: String) {
    #expect(Network(address).text == network)
  }
}
