import Glibc
import SystemPackage

/// Operations on paths and folders.
package enum Folder {
  package static func isFolder(_ path: String) -> Bool {
    (try? Stat(FilePath(path), followTargetSymlink: true))?.type == .directory
  }

  package static func exists(_ path: String) -> Bool { FileIdentity(path: path) != nil }

  /// Names in a folder, sorted by their bytes; links among them are not followed.
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

  /// Removes a folder and the files in it; keeps a folder that contains folders, except those of
  /// the given names with nothing but files in them.
  static func removeFlat(_ path: String, subfolders: [String] = []) {
    for name in subfolders {
      let folder = self.path(of: name, in: path)
      // The target of a link is not this program's.
      let status = try? Stat(FilePath(folder), followTargetSymlink: false)
      if status?.type == .directory { removeFlat(folder) }
    }
    // Retries, because another thread may have just renamed a file into the folder.
    for _ in 0..<8 {
      for name in (try? names(in: path)) ?? [] { _ = unsafe unlink(self.path(of: name, in: path)) }
      if unsafe rmdir(path) == 0 || errno != ENOTEMPTY { return }
    }
  }

  /// Flushes a folder's entries to disk; ignores failures, as not all file systems support it.
  static func synchronize(_ path: String) {
    guard
      let handle = try? FileDescriptor.open(
        FilePath(path), .readOnly, options: [.directory, .closeOnExec])
    else { return }
    _ = fsync(handle.rawValue)
    try? handle.close()
  }

  /// Folder for temporary files: `TMPDIR`, else `/var/tmp`, because `/tmp` may be in memory.
  package static var temporary: String {
    ProcessEnvironment.value(of: "TMPDIR") ?? (isFolder("/var/tmp") ? "/var/tmp" : "/tmp")
  }

  /// Free bytes on the disk of a folder; nil if unknown.
  package static func freeBytes(_ path: String) -> Int? {
    var status = statvfs()
    guard unsafe statvfs(path, &status) == 0 else { return nil }
    return Int(clamping: status.f_bavail).multipliedReportingOverflow(by: Int(status.f_frsize))
      .partialValue
  }

  /// Last component of a path.
  package static func name(of path: String) -> String {
    FilePath(path).lastComponent?.string ?? path
  }

  /// Absolute path without `.` and `..`; links are not resolved.
  package static func absolute(_ path: String) -> String {
    var place = FilePath(path)
    if place.isRelative, let here = unsafe getcwd(nil, 0) {
      place = unsafe FilePath(platformString: here).pushing(place)
      unsafe free(here)
    }
    return place.lexicallyNormalized().string
  }

  /// Path of the folder that contains `path`.
  package static func parent(of path: String) -> String {
    var parent = FilePath(path)
    parent.removeLastComponent()
    return parent.isEmpty ? "." : parent.string
  }

  /// Path in a folder of `name`, a plain name without separators.
  package static func path(of name: String, in folder: String) -> String {
    FilePath(folder).appending(name).string
  }

  /// Whether two paths lead to the same place, whether or not a file exists there.
  package static func isSamePlace(_ first: String, _ second: String) -> Bool {
    if let identity = FileIdentity(path: first) { return identity == FileIdentity(path: second) }
    guard name(of: first) == name(of: second), !exists(second) else { return false }
    let parents = (FileIdentity(path: parent(of: first)), FileIdentity(path: parent(of: second)))
    return parents.0 == parents.1
  }

  /// Throws if an output file exists and `force` is false, is one of the inputs, is not a regular
  /// file, or lacks its parent folder.
  package static func checkOutput(
    _ output: String, inputs: [String], force: Bool
  ) throws(FileError) {
    guard !output.hasSuffix("/") else {
      throw FileError.cannotCreate(path: output, reason: "it names a folder")
    }
    if let status = try? Stat(FilePath(output), followTargetSymlink: true) {
      let identity = FileIdentity(status)
      for input in inputs where FileIdentity(path: input) == identity {
        throw FileError.sameFile(input: input, output: output)
      }
      // A device would be replaced by a file, not written to.
      guard status.type == .regular else {
        throw FileError.cannotCreate(
          path: output,
          reason: "a \(status.type == .directory ? "folder" : "pipe or device") has this name")
      }
      guard force else { throw FileError.exists(path: output) }
    } else if !force, (try? Stat(FilePath(output), followTargetSymlink: false)) != nil {
      // A dangling link would be replaced by a file.
      throw FileError.exists(path: output)
    }
    try checkParent(of: output)
  }

  /// Throws if an output folder exists and `force` is false, holds an input or a file that is not
  /// part of such an output, is a link, or lacks its parent folder.
  ///
  /// - Parameters:
  ///   - output: path of the output folder.
  ///   - inputs: paths of the input files.
  ///   - force: whether an existing folder may be replaced.
  ///   - subfolders: names of folders that such an output may contain.
  ///   - isOurs: whether such an output may contain a file of this name; one of a subfolder begins
  ///     with its name and a `/`.
  /// - Throws: ``FileError`` that names the obstacle.
  package static func checkOutputFolder(
    _ output: String, inputs: [String], force: Bool, subfolders: [String] = [],
    isOurs: (String) -> Bool
  ) throws(FileError) {
    if let status = try? Stat(FilePath(output), followTargetSymlink: false) {
      for input in inputs where exists(input) {
        guard !isSamePlace(parent(of: input), output), !isSamePlace(input, output) else {
          throw FileError.sameFile(input: input, output: output)
        }
      }
      guard status.type == .directory else {
        throw FileError.cannotCreate(path: output, reason: "it exists and is not a folder")
      }
      guard force else { throw FileError.exists(path: output) }
      try checkContents(of: output, under: "", subfolders: subfolders, isOurs)
    }
    try checkParent(of: output)
  }

  /// Throws if a folder holds anything but files of an export.
  private static func checkContents(
    of output: String, under prefix: String, subfolders: [String], _ isOurs: (String) -> Bool
  ) throws(FileError) {
    for entry in try names(in: prefix.isEmpty ? output : path(of: prefix, in: output)) {
      let name = prefix + entry
      let file = try? Stat(FilePath(path(of: name, in: output)), followTargetSymlink: false)
      if file?.type == .directory, subfolders.contains(name) {
        try checkContents(of: output, under: name + "/", subfolders: [], isOurs)
        continue
      }
      guard isOurs(name), file?.type == .regular else {
        throw FileError.cannotCreate(
          path: output, reason: "it holds \(name), which is not of an export and would be lost")
      }
    }
  }

  /// Longest file name in bytes on common file systems.
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
