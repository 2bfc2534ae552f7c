// A wallet's history as CSV, made while it is sent: a page is read, written, and forgotten.

import Domain
import FastCGI
import Ledger
import Service
import Synchronization

struct ExportTransactions: Sendable {
  private let service: Service
  private let places: ExportPlaces

  /// - Parameter simultaneousMax: how many exports may be on their way at once.
  init(_ service: Service, simultaneousMax: Int) {
    self.service = service
    places = ExportPlaces(count: simultaneousMax)
  }

  /// 200 the whole span, newest first · 503 too many at once
  func answer(
    _ request: borrowing Request, _ span: History.Span, for caller: Caller
  ) throws(Refusal) -> Response {
    let requestID = request.id(or: service.world)
    let place = try ExportPlace(for: caller.userID, among: places)
    return Response(
      status: 200,
      headers: [
        ("Content-Type", "text/csv; charset=utf-8; header=present"),
        ("Content-Disposition", "attachment; filename=\"transactions.csv\""),
      ],
      stream: { [service] send throws(StreamCut) in
        // It is free again when the stream has ended, or was never begun.
        defer { withExtendedLifetime(place) {} }
        var table = CSVTable(
          "id", "type", "amount", "balanceAfter", "currency", "description", "reference",
          "createdAt")
        var rest = Optional(span)
        while let span = rest {
          let page = try read(span, in: service, requestID: requestID)
          for transaction in page.items { table.add(transaction) }
          try send(table.takeBytes())
          rest = page.next.map(span.before)
        }
      })
  }

  /// A failure now can no longer be answered: it is logged, and the connection cut.
  private func read(
    _ span: History.Span, in service: Service, requestID: String
  ) throws(StreamCut) -> History.Page {
    do throws(Refusal) {
      return try service.database.read { db throws(Refusal) in
        try History.page(of: span, limit: Bounds.exportRows, in: db)
      }
    } catch {
      service.log.error("an export broke off", requestID: requestID, evidence: "\(error)")
      throw StreamCut()
    }
  }
}

extension CSVTable {
  fileprivate mutating func add(_ transaction: Transaction) {
    let posting = transaction.posting
    row { row in
      row.text(transaction.id.text)
      row.text(posting.kind.rawValue)
      row.number(posting.amount.decimal)
      row.number(transaction.balanceAfter.decimal)
      row.text(Money.currency)
      row.text(posting.description)
      row.text(posting.reference ?? "")
      row.text(transaction.createdAt.rfc3339)
    }
  }
}

/// Who has an export on its way: so few that slow readers leave most workers to the others, and
/// each user once, so that nobody takes all places.
private final class ExportPlaces: Sendable {
  private let users = Mutex<Set<Identifier>>([])
  private let count: Int

  init(count: Int) {
    self.count = count
  }

  func take(for user: Identifier) -> Bool {
    users.withLock { $0.count < count && $0.insert(user).inserted }
  }

  func giveBack(_ user: Identifier) {
    _ = users.withLock { $0.remove(user) }
  }
}

/// A place that is given back with this object.
private final class ExportPlace: Sendable {
  private let user: Identifier
  private let places: ExportPlaces

  init(for user: Identifier, among places: ExportPlaces) throws(Refusal) {
    self.user = user
    self.places = places
    guard places.take(for: user) else {
      throw .busy(evidence: "too many exports at once, or one of this user already")
    }
  }

  deinit { places.giveBack(user) }
}
