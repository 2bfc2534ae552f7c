// What refresh tokens do to their session's row, and what is kept of them.

import Domain
import Support
import Testing

@testable import Ledger

@Suite("A session's row")
struct RefreshTests {
  private let books: Books
  private let first: RefreshToken
  private let lifetime = SessionLifetime(idleSeconds: 1000, wholeSeconds: 2500)

  init() throws {
    books = try Books()
    first = RefreshToken.make(in: books.world)
    #expect(try begin(first))
  }

  @Test("goes on from token to token until the whole time is over, each idle time anew")
  func goesOn() throws {
    var token = first
    for (second, end) in [(Int64(900), Int64(1900)), (1800, 2500), (2400, 2500)] {
      token = try #require(try refresh(token, at: second))
      #expect(try column("expires_at - created_at") == "\(end * 1_000_000)")
    }
    #expect(try refresh(token, at: 2500) == nil)
  }

  @Test("is not gone on with after the idle time")
  func idle() throws {
    #expect(try refresh(first, at: 1000) == nil)
    #expect(try refresh(first, at: 999) != nil)
  }

  @Test("ends by itself when the lifetime was made shorter meanwhile")
  func shortened() throws {
    books.setClock(seconds: 500)
    let shorter = SessionLifetime(idleSeconds: 1000, wholeSeconds: 400)
    #expect(try rotate(first, lifetime: shorter) == nil)
    #expect(try column("ended_at IS NULL") == "0")
  }

  @Test("ends when a token is used a second time after 10 s, and its successor ends with it")
  func reuse() throws {
    let second = try #require(try refresh(first, at: 100))
    #expect(try refresh(first, at: 111) == nil)
    #expect(try column("ended_at IS NULL") == "0")
    #expect(try refresh(second, at: 112) == nil)
  }

  @Test("lives when a token is used a second time within 10 s; either successor goes on")
  func lostAnswer() throws {
    let lost = try #require(try refresh(first, at: 100))
    let kept = try #require(try refresh(first, at: 110))
    #expect(try refresh(kept, at: 900) != nil)
    #expect(try refresh(lost, at: 905) != nil)
  }

  @Test("ends when a token comes that is older than the last two")
  func older() throws {
    let second = try #require(try refresh(first, at: 100))
    _ = try refresh(second, at: 101)
    #expect(try refresh(first, at: 102) == nil)
    #expect(try column("ended_at IS NULL") == "0")
  }

  @Test("is not touched by a token of another family, and does not live for a disabled user")
  func foreign() throws {
    #expect(try refresh(RefreshToken.make(in: books.world), at: 1) == nil)
    _ = try books.outside("UPDATE users SET is_active = 0")
    #expect(try refresh(first, at: 2) == nil)
    _ = try books.outside("UPDATE users SET is_active = 1")
    #expect(try refresh(first, at: 3) != nil)
  }

  @Test("holds of its tokens nothing but digests")
  func digests() throws {
    let second = try #require(try refresh(first, at: 1))
    let dump = try books.outside(".dump").output
    #expect(!dump.contains(first.text) && !dump.contains(second.text))
    #expect(try column("length(refresh_digests), length(previous_digests)") == "32|32")
  }

  @Test("is of a form that tokens have; other texts are none")
  func form() {
    #expect(first.text.wholeMatch(of: /[A-Za-z0-9_-]{64}/) != nil)
    #expect(RefreshToken(first.text)?.digest == first.digest)
    for text in [
      "", String(first.text.dropLast()), first.text + "A", first.text + "=", first.text + "\n",
      String(first.text.dropLast()) + "+", String(repeating: "\u{1F600}", count: 16),
    ] {
      #expect(RefreshToken(text) == nil, "\(text)")
    }
  }

  private func begin(_ token: RefreshToken) throws -> Bool {
    let (user, world) = (books.user.id, books.world)
    return try books.write { db, now throws(Refusal) in
      let session = Session(
        id: .make(in: world), userID: user, userAgent: nil, ipAddress: nil, createdAt: now,
        lastUsedAt: now, expiresAt: now.adding(seconds: 1000))
      return try Sessions.insert(session, token, verifiedBy: "$argon2id$of-a-test", in: db)
    }
  }

  private func refresh(_ token: RefreshToken, at seconds: Int64) throws -> RefreshToken? {
    books.setClock(seconds: seconds)
    return try rotate(token, lifetime: lifetime)
  }

  private func rotate(_ token: RefreshToken, lifetime: SessionLifetime) throws -> RefreshToken? {
    let successor = token.successor(in: books.world)
    let grant = try books.write { db, now throws(Refusal) in
      try Refreshes.rotate(token, to: successor, lifetime: lifetime, at: now, in: db)
    }
    return grant.map { _ in successor }
  }

  private func column(_ expression: String) throws -> String {
    String(try books.outside("SELECT \(expression) FROM sessions").output.dropLast())
  }
}
