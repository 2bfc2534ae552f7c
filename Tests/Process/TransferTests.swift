// Transfers through the real program: what is asked, what is answered, what a key means.

import Foundation
import Programs
import Support
import Testing

@Suite("A transfer", .enabled(if: Site.isBuilt, Site.notBuilt))
struct TransferTests {
  private let purse: Purse

  init() throws {
    purse = try Purse()
  }

  @Test("moves the money and shows both sides in the histories")
  func moves() throws {
    let answer = try purse.transfer(keys: "a")
    #expect(answer.status == 201, "\(answer.text)")
    let names: Set = ["id", "reference", "amount", "currency", "to", "balanceAfter", "createdAt"]
    #expect(Set(answer.json.keys) == names)
    let reference = try #require(answer.string("reference"))
    #expect(reference.wholeMatch(of: /TRF-\d{8}-[0-9A-F]{16}/) != nil)
    #expect(answer.string("amount") == "5000.00" && answer.string("currency") == "IDR")
    #expect(answer.string("to") == "budi.santoso" && answer.string("balanceAfter") == "95000.00")

    let sent = try #require(try purse.page("type=TRANSFER_OUT").items.first)
    #expect(sent["id"] as? String == answer.string("id"))
    #expect(sent["createdAt"] as? String == answer.string("createdAt"))
    #expect(sent["amount"] as? String == "-5000.00" && sent["description"] as? String == "lunch")
    let received = try #require(try purse.page(of: purse.budi).items.first)
    #expect(received["type"] as? String == "TRANSFER_IN")
    #expect(received["amount"] as? String == "5000.00")
    #expect(received["reference"] as? String == reference)
    #expect(try purse.balances() == [95_000, 5000])
    #expect(try purse.verify().errors.contains("1 transfers: as much received as sent"))
  }

  @Test("finds its recipient however the name is written, and takes a blank text for none")
  func spelling() throws {
    let json = #"{"to":" Budi.SANTOSO\t","amount":1.00,"description":" \n"}"#
    let answer = try purse.transfer(json, keys: "a")
    #expect(answer.status == 201 && answer.string("to") == "budi.santoso", "\(answer.text)")
    #expect(try purse.page(of: purse.budi).items.first?["description"] is NSNull)
    let again = try purse.transfer(#"{"to":"budi.santoso","amount":1}"#, keys: "a")
    #expect(again.header("idempotent-replayed") == "true")
  }

  @Test("is done once for each key, and the repeat says so")
  func replay() throws {
    let first = try purse.transfer(keys: "a")
    #expect(first.header("idempotent-replayed") == nil)
    let again = try purse.transfer(keys: "\"a\"")
    #expect(again.status == 201 && again.text == first.text)
    #expect(again.header("idempotent-replayed") == "true")
    let other = try purse.transfer(#"{"to":"budi.santoso","amount":1}"#, keys: "a")
    expectProblem(other, 422, "idempotency-key-reused")
    #expect(try purse.balances() == [95_000, 5000])
  }

  @Test("is refused with every mistake named")
  func mistakes() throws {
    for (json, keys, pointers) in [
      ("{}", ["a"], ["/to", "/amount"]),
      (#"{"to":"budi.santoso","amount":5000}"#, [], [""]),
      (#"{"to":"budi.santoso","amount":5000}"#, ["a", "a"], [""]),
      (#"{"to":"x","amount":0,"description":"a\u0007","role":"ADMIN"}"#, [], badPointers),
      (#"{"to":"budi.santoso","amount":-5}"#, ["a"], ["/amount"]),
      (#"{"to":"budi.santoso","amount":0.5}"#, ["a"], ["/amount"]),
      (#"{"to":"budi.santoso","amount":"5"}"#, ["a"], ["/amount"]),
      (#"{"to":"budi.santoso","amount":5,"description":5}"#, ["a"], ["/description"]),
      (#"{"to":null,"amount":5}"#, ["a"], ["/to"]),
    ] as [(String, [String], [String])] {
      let headers = [purse.ana.bearer] + keys.map { ("Idempotency-Key", $0) }
      let answer = try purse.program.post(MethodTests.transfers, headers: headers, json: json)
      expectProblem(answer, 400, "invalid-request", pointers: pointers, json)
    }
    #expect(try purse.transfer(keys: "a").status == 201)
  }

  @Test("that may not be leaves its key free")
  func refused() throws {
    _ = try purse.site.makeAccount("left.user")
    try purse.site.sql("UPDATE users SET is_active = 0 WHERE username = 'left.user'")
    for (to, amount, name) in [
      ("budi.santoso", 100_001, "insufficient-funds"), ("ana.wijaya", 1, "transfer-refused"),
      ("nobody", 1, "transfer-refused"), ("left.user", 1, "transfer-refused"),
      ("budi.santoso", 1_000_000_001, "transfer-refused"),
    ] {
      if amount > 1_000_000_000 { try purse.adjust(purse.ana, by: amount, reason: "a gift") }
      let answer = try purse.transfer(#"{"to":"\#(to)","amount":\#(amount)}"#, keys: "a")
      expectProblem(answer, 422, name)
    }
    #expect(try purse.transfer(keys: "a").header("idempotent-replayed") == nil)
  }

  @Test("obeys the limits that are set")
  func limits() throws {
    let program = try purse.site.start(
      "dompet-wallets",
      environment: ["TRANSFER_MAXIMUM": "1000", "TRANSFER_DAILY_MAXIMUM": "1500"])
    for (number, (amount, status)) in [(1001, 422), (1000, 201), (501, 422), (500, 201), (1, 422)]
      .enumerated()
    {
      let headers = [purse.ana.bearer, ("Idempotency-Key", "\(number)")]
      let answer = try program.post(
        MethodTests.transfers, headers: headers,
        json: #"{"to":"budi.santoso","amount":\#(amount)}"#)
      #expect(answer.status == status, "\(answer.text)")
    }
    for bad in [["TRANSFER_MAXIMUM": "0"], ["TRANSFER_DAILY_MAXIMUM": "5"]] {
      #expect(try purse.site.run("dompet-wallets", environment: bad).status == 78)
    }
  }

  @Test("and another across it, many at once: no money is made or lost, nobody waits for ever")
  func crossing() throws {
    try purse.adjust(purse.budi, by: 100_000, reason: "a gift")
    let statuses = Shared<[Int]>([])
    let purse = purse
    inThreads(8) { thread in
      let (from, to) = thread % 2 == 0 ? (purse.ana, purse.budi) : (purse.budi, purse.ana)
      for number in 0..<25 {
        let json = #"{"to":"\#(to.username)","amount":\#(1000 + thread)}"#
        let status = try? purse.transfer(json, keys: "\(thread)-\(number)", by: from).status
        statuses.withLock { $0.append(status ?? 0) }
      }
    }
    #expect(statuses.withLock { Set($0) } == [201])
    #expect(try purse.balances().reduce(0, +) == 200_000)
    #expect(try purse.site.number("SELECT count(*) FROM transfers") == 200)
    #expect(try purse.verify().status == 0)
  }
}

private let badPointers = ["/to", "/amount", "/description", "", "/role"]
