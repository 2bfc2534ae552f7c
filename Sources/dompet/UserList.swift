// dompet user list: who there is, in the order of their registration.

import ArgumentParser
import Domain
import JSON
import Ledger
import Service

struct UserList: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists users, the oldest first.",
    discussion: "Disabled users are listed too, and erased ones, of whom only the id is left.")

  /// Read at once, and put into one table: its columns are as wide as the widest of them.
  private static let pageRows = 500

  @Option(help: "Only those of this role, USER or ADMIN.")
  var role: Role?

  @Flag(help: "Only those who may not log in.")
  var disabled = false

  @Option(
    help: .init(
      "Only those with this in their e-mail address, user name or name; capitals do not matter.",
      valueName: "text"))
  var search: String?

  @Option(help: "How many at most.")
  var limit = 100

  @OptionGroup var options: ListingOptions

  func validate() throws {
    guard limit > 0 else { throw ValidationError("--limit must be 1 or more.") }
  }

  func run() throws {
    let database = Reading.open("dompet user list")
    let filter = People.Filter(role: role, onlyDisabled: disabled, text: search)
    var (last, left, hasMore): (Identifier?, Int, Bool) = (nil, limit, true)
    while hasMore, left > 0 {
      let page = try Reading.perform("dompet user list", on: database) { db throws(Refusal) in
        try People.list(filter, after: last, limit: min(left, UserList.pageRows), in: db)
      }
      if last == nil || !page.items.isEmpty { show(page.items) }
      (last, left, hasMore) = (page.items.last?.id, left - page.items.count, page.hasMore)
    }
    if hasMore { Terminal.error("There are more: give a greater --limit than \(limit).") }
  }

  private func show(_ people: [Person]) {
    var listing = Listing(
      ["ID", "USER", "E-MAIL", "NAME", "ROLE", "STATE", "REGISTERED"], options)
    for person in people {
      listing.add(
        [
          person.id.text, person.username, person.email, person.name, person.role.rawValue,
          person.state, person.createdAt.rfc3339,
        ]
      ) { $0.members(of: person) }
    }
    listing.finish(empty: "there is no such user")
  }
}

extension Role: ExpressibleByArgument {}

extension JSONWriter {
  mutating func members(of person: Person) {
    member("id", person.id.text)
    member("username", person.username)
    member("email", person.email)
    member("name", person.name)
    member("role", person.role.rawValue)
    member("state", person.state)
    member("createdAt", person.createdAt.rfc3339)
    member("erasedAt", person.erasedAt?.rfc3339)
  }
}
