// dompet status: how the house stands, at a glance.

import ArgumentParser
import Domain
import JSON
import Service

struct ShowStatus: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Tells today's money, what waits, and when the tasks ran.",
    discussion: """
      Fast however long the ledger is. Today begins at midnight UTC; a top-up counts as paid today \
      if it was also asked for today or the day before. What operators adjusted is not in it.
      """)

  @OptionGroup var options: ListingOptions

  @Option(help: .init("Write it as a page, which needs no other file, instead.", valueName: "file"))
  var html: String?

  func run() throws {
    var configuration = Configuration.forOperator("dompet status")
    let settings = configuration.finish(configuration.settings())
    let database = Service.openForOperator(settings)
    do {
      let status = try Status.take(database, path: settings.database.path)
      if let html {
        try LocalFiles.replace(html, with: Array(status.page.utf8), mode: 0o644)
      } else {
        tell(status)
      }
    } catch let failure as LocalFiles.Failure {
      throw stop("\(failure.text). The page is not written.")
    } catch {
      throw stop("the database cannot be read: \(error)")
    }
  }

  private func tell(_ status: Status) {
    if options.json { return Listing.show(options, [], status.describe) }
    let width = status.groups.flatMap(\.lines).map(\.name.count).max() ?? 0
    for (title, lines) in status.groups {
      print(title)
      for (name, value) in lines {
        print("  \(name)\(String(repeating: " ", count: width - name.count + 2))\(value.printable)")
      }
    }
  }

  private func stop(_ reason: String) -> ExitCode {
    Terminal.error("dompet status: \(reason)")
    return ExitCode(1)
  }
}
