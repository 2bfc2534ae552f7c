// dompet user show: a user, the wallet, and what operators did to the user.

import ArgumentParser
import Domain
import JSON
import Ledger
import Service

struct UserShow: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Shows a user, the wallet, and what operators did to the user.")

  /// The newest of them.
  private static let actsMax = 100

  @OptionGroup var chosen: Chosen
  @OptionGroup var options: ListingOptions

  func run() throws {
    let now = World.real.now()
    let (person, sessions, wallet, acts) = try Reading.perform(
      "dompet user show", missing: chosen.missing
    ) { db throws(Refusal) in
      let person = try People.existing(chosen.user, in: db)
      return (
        person, try Sessions.count(of: person.id, at: now, in: db),
        try Wallets.find(ofUser: person.id, in: db),
        try OperatorActs.list(of: person.id, limit: UserShow.actsMax, in: db)
      )
    }
    Listing.show(
      options,
      [
        ("id", person.id.text), ("user", person.username), ("e-mail", person.email),
        ("name", person.name), ("role", person.role.rawValue), ("state", person.state),
        ("registered", person.createdAt.rfc3339), ("live sessions", String(sessions)),
        ("wallet", wallet?.id.text),
        ("balance", wallet.map { "\($0.balance.whole) \(Money.currency)" }),
      ]
    ) { line in
      line.members(of: person)
      line.member("liveSessions", sessions)
      line.member("walletId", wallet?.id.text)
      line.member("balance", wallet?.balance.whole)
      line.member(
        "acts",
        array: { array in
          for act in acts { array.element { describe(act, &$0) } }
        })
    }
    if !options.json { tell(acts) }
  }

  private func describe(_ act: OperatorAct, _ line: inout JSONWriter) {
    line.member("at", act.at.rfc3339)
    line.member("operator", act.operatorName)
    line.member("what", act.what)
    line.member("reason", act.reason)
  }

  private func tell(_ acts: [OperatorAct]) {
    if acts.isEmpty { return }
    print()
    var listing = Listing(["WHEN", "OPERATOR", "DID", "WHY"], options)
    for act in acts {
      listing.add([act.at.rfc3339, act.operatorName, act.what, act.reason]) { describe(act, &$0) }
    }
    listing.finish(empty: "")
  }
}
