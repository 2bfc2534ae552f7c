// GET /api/v1/wallets/me/transactions ?type=&from=&to=&limit=&cursor=: what has moved in the
// caller's wallet, page by page in JSON or all of it in CSV.

import Domain
import FastCGI
import JSON
import Ledger
import Service
import Storage

struct ShowTransactions: Sendable {
  private let bearer: Bearer
  private let export: ExportTransactions

  init(_ bearer: Bearer, _ export: ExportTransactions) {
    self.bearer = bearer
    self.export = export
  }

  /// 200 {items, nextCursor}, newest first, or CSV where that is preferred · 400 · 401 · 503
  func answer(_ request: borrowing Request) throws(Refusal) -> Response {
    if request.prefers("text/csv", to: "application/json") {
      let (caller, span) = try bearer.read(request) { caller, db throws(Refusal) in
        let wallet = try wallet(of: caller, in: db)
        let filter = try wholeFilter(request)
        return (caller, try History.span(of: wallet, filter, in: db))
      }
      return try export.answer(request, span, for: caller)
    }
    let page = try bearer.read(request) { caller, db throws(Refusal) in
      let wallet = try wallet(of: caller, in: db)
      let (filter, limit, cursor) = try pageFilter(request, of: wallet)
      let span = try History.span(of: wallet, filter, in: db)
      return try History.page(of: cursor.map(span.before) ?? span, limit: limit, in: db)
    }
    return .json(200) { answer in
      answer.member(
        "items",
        array: { items in
          for transaction in page.items { items.element(object: { $0.members(of: transaction) }) }
        })
      answer.member("nextCursor", page.next?.text)
    }
  }

  private func wallet(of caller: Caller, in db: any Connection) throws(Refusal) -> Identifier {
    guard let wallet = try Wallets.find(ofUser: caller.userID, in: db) else {
      throw .broken(evidence: "a user has no wallet")
    }
    return wallet.id
  }

  /// The query for a page. A cursor is the last transaction that was looked at.
  private func pageFilter(
    _ request: borrowing Request, of wallet: Identifier
  ) throws(Refusal) -> (History.Filter, Int, TransactionID?) {
    var query = try request.query()
    let (kind, from, to) = (query.kind(), query.time("from"), query.time("to"))
    let limit = query.limit()
    let cursor = query.optionalString("cursor") { text throws(Invalid) -> TransactionID? in
      guard let id = TransactionID(text), id.wallet == wallet else {
        throw Invalid("must be the nextCursor of a page of this wallet")
      }
      return id
    }
    let found = try query.finish(kind, from, to, limit, cursor)
    return (History.Filter(kind: found.0, from: found.1, to: found.2), found.3, found.4)
  }

  /// The query for an export, which has no pages.
  private func wholeFilter(_ request: borrowing Request) throws(Refusal) -> History.Filter {
    var query = try request.query()
    let (kind, from, to) = (query.kind(), query.time("from"), query.time("to"))
    let pages = ["limit", "cursor"].map { name in
      query.optionalString(name) { _ throws(Invalid) -> String? in
        throw Invalid("is not for CSV, which holds the whole history")
      }
    }
    let found = try query.finish(kind, from, to, pages[0], pages[1])
    return History.Filter(kind: found.0, from: found.1, to: found.2)
  }
}

extension Form {
  fileprivate mutating func kind() -> Posting.Kind?? {
    optionalString("type") { text throws(Invalid) -> Posting.Kind? in
      guard let kind = Posting.Kind(rawValue: text) else {
        throw Invalid("must be TOP_UP, TRANSFER_IN, TRANSFER_OUT or ADJUSTMENT")
      }
      return kind
    }
  }

  fileprivate mutating func time(_ name: String) -> Timestamp?? {
    optionalString(name) { text throws(Invalid) -> Timestamp? in
      guard let time = Timestamp(rfc3339: text) else {
        throw Invalid("must be a time such as 2026-06-14T00:00:00Z (RFC 3339)")
      }
      return time
    }
  }
}

extension JSONWriter {
  /// A transaction as its owner sees it.
  fileprivate mutating func members(of transaction: Transaction) {
    let posting = transaction.posting
    member("id", transaction.id.text)
    member("type", posting.kind.rawValue)
    member("amount", posting.amount.decimal)
    member("balanceAfter", transaction.balanceAfter.decimal)
    member("description", posting.description.isEmpty ? nil : posting.description)
    member("reference", posting.reference)
    member("createdAt", transaction.createdAt.rfc3339)
  }
}
