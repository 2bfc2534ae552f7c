// dompet user import: users from elsewhere, with their wallets and opening balances.

import ArgumentParser
import Domain
import Ledger
import Service

struct UserImport: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Makes users, wallets and opening balances from a CSV file.",
    discussion: """
      The file begins with a line that names the columns, in any order:

        email,username,name,password_hash,role,is_active,balance,created_at

      Hashes are bcrypt or argon2id; name may be empty; balance is whole rupiah (50000 or \
      50000.00); created_at is in UTC where it has no offset. First the whole file is checked: if \
      anything is wrong, nothing is imported. It may be broken off at any moment, and goes on with \
      the same file; importing it again changes nothing and says so.
      """)

  @Argument(help: "The file.")
  var file: String

  @Flag(help: "Only check the file.")
  var dryRun = false

  @OptionGroup var who: OperatorOption

  func run() throws {
    let decision = Decision(
      name: try who.known(), reason: try Reason("opening balance of the import"))
    let database = Reading.open("dompet user import")
    do throws(ImportFile.Mistake) {
      let file = try ImportFile(path: file, now: World.real.now())
      var survey = Survey(of: file, in: database)
      try survey.run()
      if survey.faults > 0 { throw ImportFile.Mistake(text: "\(survey.faults) faults.") }
      let counts = survey.counts
      Terminal.error(
        "checked \(counts.users) users with \(counts.balance.whole) \(Money.currency)")
      if dryRun {
        print("dry run: \(counts.new) users would be imported, \(counts.known) were before")
        return
      }
      let done = try Intake(of: file, decision, into: database).run()
      print("\(done.new > 0 ? "done" : "done before"): \(done)")
    } catch {
      Terminal.error("dompet user import: \(error.text)")
      throw ExitCode(1)
    }
  }
}
