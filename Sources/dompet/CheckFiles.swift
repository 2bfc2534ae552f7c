// Who may read and write what: a secret is its owner's alone, the database its group's.

import Glibc

extension Inspection {
  /// - Parameter file: the file of settings, if there is one.
  mutating func files(of file: String?) {
    guard let file else { return }
    let secrets = LocalFiles.split(file).folder + "/secrets"
    guard let found = LocalFiles.status(file) else { return }
    if found.permissions & 0o022 != 0 {
      problem("files", "\(file) can be changed by others than its owner", "chmod 644 \(file)")
    } else {
      ok("files", "\(file) can be changed by its owner alone")
    }
    guard let folder = LocalFiles.status(secrets) else { return }
    if folder.permissions & 0o077 != 0 {
      problem("files", "\(secrets) can be entered by others", "chmod 700 \(secrets)")
    }
    guard let names = LocalFiles.names(in: secrets) else {
      return warning("files", "\(secrets) cannot be read", "Run this as root.")
    }
    var open = 0
    for name in names.sorted() where !name.hasPrefix(".") {
      let path = "\(secrets)/\(name)"
      guard let secret = LocalFiles.status(path) else { continue }
      if secret.permissions & 0o077 != 0 || secret.owner != folder.owner {
        open += 1
        problem(
          "files", "\(path) is open to others than the folder's owner",
          "chown --reference=\(secrets) \(path) && chmod 600 \(path)")
      }
      rotation(name, secret)
    }
    if open == 0, folder.permissions & 0o077 == 0 {
      ok("files", "\(secrets) is its owner's alone")
    }
  }

  /// A day is longer than any access token lasts.
  private mutating func rotation(_ name: String, _ file: LocalFiles.Status) {
    guard name.hasSuffix("_PREVIOUS"), Int64(time(nil)) &- file.modifiedSeconds > 86_400 else {
      return
    }
    warning("secrets", "\(name) has been accepted for more than a day", "dompet keys finish")
  }

  mutating func databaseFiles(_ path: String) {
    let folder = LocalFiles.split(path).folder
    guard let found = LocalFiles.status(folder) else {
      return problem(
        "files", "\(folder) is not there or cannot be seen",
        "install -d -m 2770 -g dompet \(folder), then dompet init")
    }
    let isShared = found.permissions & 0o020 != 0
    if found.permissions & 0o007 != 0 {
      problem("files", "\(folder) can be entered by everybody", "chmod o-rwx \(folder)")
    } else if isShared, found.permissions & S_ISGID == 0 {
      warning("files", "new files in \(folder) do not get its group", "chmod g+s \(folder)")
    } else if isShared, let group = unsafe getgrnam("dompet"),
      unsafe group.pointee.gr_gid != found.group
    {
      warning("files", "\(folder) is not of the group dompet", "chgrp -R dompet \(folder)")
    } else {
      ok("files", "\(folder) is its owner's and group's alone")
    }
    for file in [path, path + "-wal", path + "-shm", path + ".lock"] {
      guard let status = LocalFiles.status(file) else { continue }
      if status.permissions & 0o007 != 0 {
        problem("files", "\(file) is open to everybody", "chmod o-rwx \(file)")
      } else if isShared, status.group != found.group || status.permissions & 0o060 != 0o060 {
        problem(
          "files", "\(file) is not its folder's group's to read and write",
          "chgrp --reference=\(folder) \(file) && chmod g+rw \(file)")
      }
    }
  }
}
