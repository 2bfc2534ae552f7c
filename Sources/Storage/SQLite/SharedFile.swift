// Files that several users share: each program of an installation may run as a user of its own.

import Glibc

enum SharedFile {
  /// Makes a file for owner and group. In a folder whose new files belong to its group
  /// (set-group-ID) and where that group may write, it is so whatever the umask of whoever happens
  /// to come first, be it root's shell; elsewhere as far as the umask lets it.
  /// - Returns: the open descriptor, or -1 and `errno`: EEXIST if it is there already. A file that
  ///   was there is never touched, since it might be a link that somebody has laid.
  static func create(_ path: String, _ access: Int32) -> Int32 {
    let descriptor = open(path, access | O_CREAT | O_EXCL | O_CLOEXEC, 0o660)
    guard descriptor >= 0, isShared(folderOf: path) else { return descriptor }
    if fchmod(descriptor, 0o660) == 0 { return descriptor }
    let reason = errno
    close(descriptor)
    unlink(path)
    errno = reason
    return -1
  }

  private static func isShared(folderOf path: String) -> Bool {
    let folder = path.lastIndex(of: "/").map { path[...$0] } ?? "."
    var status = stat()
    let shared = S_ISGID | S_IWGRP
    return stat(String(folder), &status) == 0 && status.st_mode & shared == shared
  }
}
