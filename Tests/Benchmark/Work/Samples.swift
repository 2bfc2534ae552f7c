// What benchmark-work works on: a token, an event and a ledger as the product has them.

import Crypto
import Domain
import Ledger
import Schema
import Storage

/// The clock stands still, so that each run does the same.
let moment = Timestamp(microseconds: 1_781_395_300_000_000)
let secret = "a secret of forty bytes, for benchmarks!"

func keys() throws -> JWTKeys {
  JWTKeys(current: try JWTSecret(secret), previous: nil)
}

var claims: AccessClaims {
  AccessClaims(
    subject: "0197a1c2-7a3b-7c4d-8e5f-0123456789ab", username: "budi", role: "USER",
    sessionID: "0197a1c2-7a3b-7c4d-8e5f-0123456789ac", issuedAt: moment.adding(seconds: -100),
    expiresAt: moment.adding(seconds: 800), tokenID: "0197a1c2-7a3b-7c4d-8e5f-0123456789ad")
}

/// The report of a payment, with the members of the example in Xendit's documentation.
func event(reference: String, invoice: String) -> [UInt8] {
  Array(
    """
    {"id":"\(invoice)","items":[],"amount":50000,"status":"PAID",\
    "created":"2026-06-14T00:00:26.508Z","is_high":false,"paid_at":"2026-06-14T00:01:29.776Z",\
    "updated":"2026-06-14T00:01:34.702Z","user_id":"62440e322008e87fb29c1fd0","currency":"IDR",\
    "payment_id":"ewc_99013716-9354-439e-9fea-e61a06e87ea3","description":"Top-up of a wallet",\
    "external_id":"\(reference)","paid_amount":50000,"ewallet_type":"DANA",\
    "payment_method":"EWALLET","payment_channel":"DANA"}
    """.utf8)
}

/// A database in an empty folder, with a user, who is logged in, a wallet and open top-ups.
struct Books {
  let database: SQLiteDatabase
  let user: Identifier
  let session: Identifier
  let topUps: [(reference: String, invoice: String)]

  init(in folder: String, topUps count: Int) throws {
    database = try SQLiteDatabase(
      path: folder + "/dompet.db", migrations: Schema.migrations, mode: .service)
    let dice = Dice()
    let world = dice.world
    let person = User(
      id: .make(in: world), email: try Email("budi@example.com"), username: try Username("budi1"),
      name: nil, role: .user, createdAt: moment)
    let wallet = Wallet(
      id: .make(in: world), balance: .zero, createdAt: moment, updatedAt: moment)
    let login = Session(
      id: .make(in: world), userID: person.id, userAgent: nil, ipAddress: nil, createdAt: moment,
      lastUsedAt: moment, expiresAt: moment.adding(seconds: 800))
    user = person.id
    session = login.id
    topUps = try database.write { db throws(Refusal) in
      try Users.insert(person, passwordHash: "$argon2id$of-a-benchmark", in: db)
      try Wallets.insert(wallet, of: person.id, in: db)
      let token = RefreshToken.make(in: world)
      _ = try Sessions.insert(
        login, token, verifiedBy: "$argon2id$of-a-benchmark", in: db)
      var added: [(reference: String, invoice: String)] = []
      for number in 0..<count {
        added.append(try add(number, of: person.id, to: wallet.id, in: world, db))
      }
      return added
    }
  }
}

/// A top-up with an invoice, as one is that can be paid.
private func add(
  _ number: Int, of user: Identifier, to wallet: Identifier, in world: World,
  _ db: any Connection
) throws(Refusal) -> (reference: String, invoice: String) {
  let topUp = TopUp(
    id: .make(in: world), userID: user, walletID: wallet, reference: .make(in: world),
    amount: Money(rupiah: 50_000), status: .pending, invoice: nil, leaseUntil: nil,
    createdAt: moment)
  try TopUps.insert(topUp, key: try? IdempotencyKey("benchmark-\(number)"), in: db)
  // Xendit's ids begin with the time.
  let digits = String(0x6748_105a_0000_0000 + number, radix: 16)
  let invoice = InvoiceLink(
    id: digits + "77f16ebe", url: "https://checkout.xendit.co/web/\(digits)77f16ebe",
    expiresAt: moment.adding(seconds: 86_400))
  try TopUps.attach(invoice, to: topUp.id, at: moment, in: db)
  return (reference: topUp.reference.text, invoice: invoice.id)
}

/// Numbers that look random and are the same in every run (SplitMix64).
private final class Dice: @unchecked Sendable {
  private var state: UInt64 = 0

  var world: World {
    World(
      now: { moment }, monotonicMilliseconds: { 0 }, wait: { _ in },
      randomBytes: { count in (0..<count).map { _ in self.roll() } })
  }

  private func roll() -> UInt8 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var word = (state ^ state &>> 30) &* 0xbf58_476d_1ce4_e5b9
    word = (word ^ word &>> 27) &* 0x94d0_49bb_1331_11eb
    return UInt8(truncatingIfNeeded: word &>> 32)
  }
}
