// What benchmark-work does: each piece as a request does it, in a loop. Each turn's outcome counts,
// so that none can be left out.

import Crypto
import Domain
import JSON
import Ledger
import Storage
import Xendit

/// Gives the exit status.
func run(arguments: [String]) -> Int32 {
  guard arguments.count == 4, let piece = pieces[arguments[1]], let count = Int(arguments[2]),
    (1...1_000_000).contains(count)
  else {
    print("Usage: benchmark-work \(pieces.keys.sorted().joined(separator: "|")) COUNT FOLDER")
    return 64
  }
  do {
    let work = try piece(count, arguments[3])
    var outcome = ""
    let time = try ContinuousClock().measure { outcome = try work() }
    print(time.components.seconds * 1_000_000_000 + time.components.attoseconds / 1_000_000_000)
    print(outcome)
    return 0
  } catch {
    print("benchmark-work: \(error)")
    return 1
  }
}

/// Prepares a piece; what it gives is measured.
private typealias Piece = @Sendable (_ count: Int, _ folder: String) throws -> () throws -> String

private let pieces: [String: Piece] = [
  "sha256": hashing, "hmac": authenticating, "token": verifying, "json": reading,
  "credit": crediting, "wallet": looking,
]

private func hashing(_ count: Int, folder: String) -> () -> String {
  let bytes = (0..<65_536).map { UInt8(truncatingIfNeeded: $0) }
  return {
    var message = bytes
    var digest: [UInt8] = []
    for _ in 0..<count {
      digest = SHA256.hash(message)
      message[0] ^= digest[0]
    }
    return Hex.encode(digest)
  }
}

/// The code of what is signed of a token.
private func authenticating(_ count: Int, folder: String) throws -> () -> String {
  let hmac = HMACSHA256(key: Array(secret.utf8))
  let token = Array(try keys().sign(claims).utf8)
  let bytes = Array(token[..<(token.lastIndex(of: UInt8(ascii: ".")) ?? 0)])
  return {
    var message = bytes
    var code: [UInt8] = []
    for _ in 0..<count {
      code = hmac.authenticate(message)
      message[0] ^= code[0]
    }
    return Hex.encode(code)
  }
}

private func verifying(_ count: Int, folder: String) throws -> () -> String {
  let keys = try keys()
  let token = keys.sign(claims)
  return {
    var good = 0
    for _ in 0..<count where keys.verify(token, at: moment)?.role == "USER" { good += 1 }
    return "\(good) good tokens of \(token.utf8.count) bytes"
  }
}

private func reading(_ count: Int, folder: String) -> () throws -> String {
  let body = event(reference: "WTU-20260614-A3F9C2B1D4E7F8A2", invoice: "6748105a77f16ebe0cc583a7")
  return {
    var paid = 0
    for _ in 0..<count where try Event(webhook: body).isPaid { paid += 1 }
    return "\(paid) paid events of \(body.count) bytes"
  }
}

/// Everything that the webhook does with a body it has received. Up to 200, as many top-ups are
/// there before whatever is asked for, so that a difference of two runs holds none of that.
private func crediting(_ count: Int, folder: String) throws -> () throws -> String {
  let books = try Books(in: folder, topUps: max(count, 200))
  let bodies = books.topUps.prefix(count).map { topUp in
    event(reference: topUp.reference, invoice: topUp.invoice)
  }
  return {
    var credited = 0
    for body in bodies {
      let received = ReceivedEvent(body: body, webhookID: nil, event: try Event(webhook: body))
      let verdict = try Settlement.receive(
        received, confirmAbove: nil, at: moment, into: books.database)
      credited += verdict == .credited ? 1 : 0
    }
    return "\(credited) credited"
  }
}

/// What wallets/me asks the database.
private func looking(_ count: Int, folder: String) throws -> () throws -> String {
  let books = try Books(in: folder, topUps: 0)
  return {
    var found = 0
    for _ in 0..<count {
      let wallet = try books.database.read { db throws(Refusal) -> Wallet? in
        let isAlive = try Sessions.isAlive(books.session, of: books.user, at: moment, in: db)
        return isAlive ? try Wallets.find(ofUser: books.user, in: db) : nil
      }
      found += wallet == nil ? 0 : 1
    }
    return "\(found) wallets"
  }
}
