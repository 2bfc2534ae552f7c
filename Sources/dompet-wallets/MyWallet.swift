// GET /api/v1/wallets/me: the caller's wallet.

import Domain
import FastCGI
import JSON
import Ledger
import Service

struct MyWallet: Sendable {
  private let bearer: Bearer

  init(_ bearer: Bearer) {
    self.bearer = bearer
  }

  /// 200 the wallet · 401 · 503
  func answer(_ request: borrowing Request) throws(Refusal) -> Response {
    let wallet = try bearer.glance(request) { caller, now, db throws(Refusal) in
      try Wallets.find(ofUser: caller.userID, session: caller.sessionID, at: now, in: db)
    }
    return .json(200) { answer in
      answer.member("id", wallet.id.text)
      answer.member("balance", wallet.balance.decimal)
      answer.member("currency", Money.currency)
      answer.member("createdAt", wallet.createdAt.rfc3339)
      answer.member("updatedAt", wallet.updatedAt.rfc3339)
    }
  }
}
