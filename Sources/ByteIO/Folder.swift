import Glibc
import SystemPackage

/// Questions about paths and folders.
package enum Folder {
  package static func isFolder(_ path: String) -> Bool {
    (try? Stat(FilePath(path), followTargetSymlink: true))?.type == .directory
  }

  package static func exists(_ path: String) -> Bool { FileIdentity(path: path) != nil }

  /// The names in a folder, sorted by their bytes; links among them are not followed.
  package static func names(in path: String) throws(FileError) -> [String] {
    guard let folder = unsafe opendir(path) else {
      throw errno == ENOENT
        ? FileError.missing(path: path)
        : FileError.unreadable(path: path, reason: "\(Errno(rawValue: errno))")
    }
    defer { unsafe closedir(folder) }
    var names: [String] = []
    while let entry = unsafe readdir(folder) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) {
          unsafe String(cString: $0)
        }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// Removes a folder and the files in it; one that holds a folder stays.
  static func removeFlat(_ path: String) {
    // Another thread may have just given a file its name.
    for _ in 0..<8 {
      for name in (try? names(in: path)) ?? [] { _ = unsafe unlink(self.path(of: name, in: path)) }
      if unsafe rmdir(path) == 0 || errno != ENOTEMPTY { return }
    }
  }

  /// Brings the names in a folder to the disk; not every file system can promise that.
  static func synchronize(_ path: String) {
    guard
      let handle = try? FileDescriptor.open(
        FilePath(path), .readOnly, options: [.directory, .closeOnExec])
    else { return }
    _ = fsync(handle.rawValue)
    try? handle.close()
  }

  /// Where files lie that nobody is to see: on a disk, and not in memory.
  package static var temporary: String {
    ProcessEnvironment.value(of: "TMPDIR") ?? (isFolder("/var/tmp") ? "/var/tmp" : "/tmp")
  }

  /// How many bytes there is space for on the disk of a folder; nil where nobody can tell.
  package static func freeBytes(_ path: String) -> Int? {
    var status = statvfs()
    guard unsafe statvfs(path, &status) == 0 else { return nil }
    return Int(clamping: status.f_bavail).multipliedReportingOverflow(by: Int(status.f_frsize))
      .partialValue
  }

  /// The last part of a path: the name of the file or folder itself.
  package static func name(of path: String) -> String {
    FilePath(path).lastComponent?.string ?? path
  }

  /// The whole path, without `.` and `..`; links stay.
  package static func absolute(_ path: String) -> String {
    var place = FilePath(path)
    if place.isRelative, let here = unsafe getcwd(nil, 0) {
      place = unsafe FilePath(platformString: here).pushing(place)
      unsafe free(here)
    }
    return place.lexicallyNormalized().string
  }

  /// The folder that holds what `path` names.
  package static func parent(of path: String) -> String {
    var parent = FilePath(path)
    parent.removeLastComponent()
    return parent.isEmpty ? "." : parent.string
  }

  /// The path of `name`, a plain name without separators, in a folder.
  package static func path(of name: String, in folder: String) -> String {
    FilePath(folder).appending(name).string
  }

  /// Whether two paths lead to the same place, be there a file or not.
  package static func isSamePlace(_ first: String, _ second: String) -> Bool {
    if let identity = FileIdentity(path: first) { return identity == FileIdentity(path: second) }
    guard name(of: first) == name(of: second), !exists(second) else { return false }
    let parents = (FileIdentity(path: parent(of: first)), FileIdentity(path: parent(of: second)))
    return parents.0 == parents.1
  }

  /// Fails where an output may not be made: one that exists, unless replacing it was asked for; one
  /// that is an input; one that is no file; one whose folder is missing.
  package static func checkOutput(
    _ output: String, inputs: [String], force: Bool
  ) throws(FileError) {
    if let status = try? Stat(FilePath(output), followTargetSymlink: true) {
      let identity = FileIdentity(status)
      for input in inputs where FileIdentity(path: input) == identity {
        throw FileError.sameFile(input: input, output: output)
      }
      // A device would not be written to, but lose its name to a file.
      guard status.type == .regular else {
        throw FileError.cannotCreate(
          path: output,
          reason: "a \(status.type == .directory ? "folder" : "pipe or device") has this name")
      }
      guard force else { throw FileError.exists(path: output) }
    } else if !force, (try? Stat(FilePath(output), followTargetSymlink: false)) != nil {
      // A link to nothing would lose its name to a file.
      throw FileError.exists(path: output)
    }
    try checkParent(of: output)
  }

  /// Fails where a folder may not be made as an output: one that exists, unless replacing it was
  /// asked for; one that holds an input, or anything that no such output has; a link to one.
  ///
  /// - Parameters:
  ///   - output: the folder.
  ///   - inputs: paths of files that are read.
  ///   - force: whether replacing was asked for.
  ///   - isOurs: whether a file of this name may be in such an output.
  /// - Throws: what is in the way.
  package static func checkOutputFolder(
    _ output: String, inputs: [String], force: Bool, isOurs: (String) -> Bool
  ) throws(FileError) {
    if let status = try? Stat(FilePath(output), followTargetSymlink: false) {
      for input in inputs where exists(input) {
        guard !isSamePlace(parent(of: input), output), !isSamePlace(input, output) else {
          throw FileError.sameFile(input: input, output: output)
        }
      }
      guard status.type == .directory else {
        throw FileError.cannotCreate(path: output, reason: "something else than a folder is there")
      }
      guard force else { throw FileError.exists(path: output) }
      for name in try names(in: output) {
        let file = try? Stat(FilePath(path(of: name, in: output)), followTargetSymlink: false)
        guard isOurs(name), file?.type == .regular else {
          throw FileError.cannotCreate(
            path: output, reason: "it holds \(name), which is of no export and would be lost")
        }
      }
    }
    try checkParent(of: output)
  }

  /// The most bytes that a name may have on the usual file systems.
  private static let nameLimit = 255

  private static func checkParent(of output: String) throws(FileError) {
    guard name(of: output).utf8.count <= nameLimit else {
      throw FileError.cannotCreate(
        path: output, reason: "its name is longer than \(nameLimit) bytes")
    }
    let parent = parent(of: output)
    guard isFolder(parent) else {
      throw FileError.cannotCreate(path: output, reason: "there is no folder \(parent)")
    }
  }
}
