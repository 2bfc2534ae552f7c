// What commands ask of the file system, each call once. A file of settings or of a secret is
// replaced whole or not at all, whatever ends the process or the machine meanwhile.

import Glibc

enum LocalFiles {
  /// A call that failed, for the person who gave the path.
  struct Failure: Error {
    let path: String
    let reason: String

    init(_ path: String, _ number: Int32 = errno) {
      self.path = path
      reason = unsafe String(cString: strerror(number))
    }

    var text: String { "\(path.printable): \(reason)" }
  }

  /// What is known of a file without opening it.
  struct Status {
    let mode: mode_t
    let owner: uid_t
    let group: gid_t
    let bytes: Int64
    let modifiedSeconds: Int64

    var isDirectory: Bool { mode & S_IFMT == S_IFDIR }
    /// As `chmod` takes it.
    var permissions: mode_t { mode & 0o7777 }
  }

  /// Nil if nothing lies there, or it cannot be seen.
  static func status(_ path: String) -> Status? {
    var found = stat()
    guard unsafe lstat(path, &found) == 0 else { return nil }
    if found.st_mode & S_IFMT == S_IFLNK, unsafe stat(path, &found) != 0 { return nil }
    return Status(
      mode: found.st_mode, owner: found.st_uid, group: found.st_gid,
      bytes: Int64(found.st_size), modifiedSeconds: Int64(found.st_mtim.tv_sec))
  }

  /// A file's content, nil if nothing lies there.
  static func read(_ path: String, bytesMax: Int = 65_536) throws(Failure) -> [UInt8]? {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT { return nil }
      throw Failure(path)
    }
    defer { close(descriptor) }
    do throws(Failure) {
      return try read(descriptor: descriptor, bytesMax: bytesMax)
    } catch {
      throw Failure(path, errno)
    }
  }

  /// Everything up to the end.
  static func read(descriptor: Int32, bytesMax: Int = 65_536) throws(Failure) -> [UInt8] {
    var content: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = unsafe piece.withUnsafeMutableBytes { buffer in
        unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      }
      if count == 0 { return content }
      if count < 0, errno == EINTR { continue }
      guard count > 0, content.count + count <= bytesMax else {
        throw Failure("input", count < 0 ? errno : EFBIG)
      }
      content += piece.prefix(count)
    }
  }

  /// Puts these bytes at the path: durable when this returns.
  static func replace(_ path: String, with bytes: [UInt8], mode: mode_t) throws(Failure) {
    let (folder, name) = split(path)
    let new = "\(folder)/.\(name).new"
    _ = unsafe unlink(new)
    let descriptor = unsafe open(new, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw Failure(new) }
    let failure: Failure? = write(bytes, to: descriptor, mode: mode) ? nil : Failure(new)
    close(descriptor)
    if let failure {
      _ = unsafe unlink(new)
      throw failure
    }
    guard unsafe rename(new, path) == 0 else { throw Failure(path) }
    try synchronize(folder)
  }

  /// Removes a file, if it is there; durable when this returns.
  static func remove(_ path: String) throws(Failure) {
    guard unsafe unlink(path) == 0 || errno == ENOENT else { throw Failure(path) }
    try synchronize(split(path).folder)
  }

  /// Makes a folder, unless there is one.
  static func makeFolder(_ path: String, mode: mode_t) throws(Failure) {
    guard unsafe mkdir(path, mode) == 0 || errno == EEXIST else { throw Failure(path) }
    guard status(path)?.isDirectory == true else { throw Failure(path, ENOTDIR) }
  }

  /// The names of what lies in a folder; nil if it cannot be read.
  static func names(in folder: String) -> [String]? {
    guard let directory = unsafe opendir(folder) else { return nil }
    defer { unsafe closedir(directory) }
    var names: [String] = []
    while let entry = unsafe readdir(directory) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { text in
          unsafe String(cString: text)
        }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  /// Where a symbolic link leads.
  static func link(_ path: String) -> String? {
    var bytes = [CChar](repeating: 0, count: 4096)
    let count = unsafe readlink(path, &bytes, bytes.count)
    let name = bytes.prefix(max(0, count)).map { UInt8(bitPattern: $0) }
    return count < 0 ? nil : String(decoding: name, as: UTF8.self)
  }

  /// Bytes that anybody may still write on the file system of this path.
  static func bytesLeft(at path: String) -> Int64? {
    var found = statvfs()
    guard unsafe statvfs(path, &found) == 0 else { return nil }
    let (bytes, overflow) = Int64(clamping: found.f_bavail)
      .multipliedReportingOverflow(by: Int64(clamping: found.f_frsize))
    return overflow ? .max : bytes
  }

  /// The folder, and the name in it.
  static func split(_ path: String) -> (folder: String, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return (".", path) }
    let folder = slash == path.startIndex ? "/" : String(path[..<slash])
    return (folder, String(path[path.index(after: slash)...]))
  }

  private static func write(_ bytes: [UInt8], to descriptor: Int32, mode: mode_t) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { buffer in
        unsafe Glibc.write(descriptor, buffer.baseAddress, buffer.count)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return fchmod(descriptor, mode) == 0 && fsync(descriptor) == 0
  }

  private static func synchronize(_ folder: String) throws(Failure) {
    let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Failure(folder) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw Failure(folder) }
  }
}
