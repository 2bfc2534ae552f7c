// dompet backup list: which backups there are, and whether they still are what they were.

import ArgumentParser
import Domain
import JSON
import Service
import Storage

struct BackupList: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists the backups, newest first, and checks each.",
    discussion: "Exits with 1 if one is not what it was when it was made, or nobody can say.")

  @Argument(help: "The folder. (default: BACKUP_DIRECTORY, else /var/backups/dompet)")
  var directory: String?

  @Flag(help: "Do not read the backups to check them: 1 GB takes some seconds.")
  var quick = false

  @OptionGroup var options: ListingOptions

  func run() throws {
    var configuration = Configuration.forOperator("dompet backup list")
    let folder = configuration.finish(configuration.backupFolder(directory))
    var listing = Listing(["BACKUP", "TIME", "BYTES", "CHECKSUM"], options)
    var isWell = true
    do throws(Trouble) {
      for backup in try folder.backups() {
        let file = "\(folder.path)/\(backup.text)"
        let (size, state) = (
          Files.size(file) ?? 0, quick ? "not checked" : Checksum.state(of: file)
        )
        if !quick, state != "ok" { isWell = false }
        listing.add([backup.text, backup.time.rfc3339, String(size), state]) { object in
          object.member("file", file)
          object.member("time", backup.time.rfc3339)
          object.member("bytes", size)
          object.member("checksum", state)
        }
      }
    } catch {
      Terminal.error("dompet backup list: \(error.text)")
      throw ExitCode(1)
    }
    listing.finish(empty: "there is no backup in \(folder.path)")
    if !isWell { throw ExitCode(1) }
  }
}
