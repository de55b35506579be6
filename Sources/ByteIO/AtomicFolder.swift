import CFiles
import Glibc
import Synchronization
import SystemPackage

/// A folder of files that appears under its name only when it is complete.
///
/// It is filled under a recognisable temporary name in the same parent, and renamed by
/// ``commit(replacing:)``. If it is released before that, or the process is interrupted, it is
/// removed with all its files, and nothing under the final name changes.
package final class AtomicFolder: Sendable {
  /// Final path of the folder.
  package let path: String
  /// Path of the folder until it is committed.
  package let temporaryPath: String
  /// Names of the folders that it may contain, which contain files only.
  private let subfolders: [String]
  private let isOpen = Mutex(true)

  package init(path: String, subfolders: [String] = []) throws(FileError) {
    self.subfolders = subfolders
    let place = FilePath(path)
    guard let last = place.lastComponent, last.kind == .regular else {
      throw FileError.cannotCreate(path: path, reason: "this is not the name of a folder")
    }
    self.path = place.string
    while true {
      let temporary = TemporaryFiles.path(named: last.string, beside: place)
      TemporaryFiles.add(folder: temporary, subfolders: subfolders, for: self.path)
      guard unsafe mkdir(temporary, 0o777) != 0 else {
        temporaryPath = temporary
        return
      }
      let error = Errno(rawValue: errno)
      TemporaryFiles.remove(temporary)
      guard error == .fileExists else {
        throw FileError.cannotCreate(path: path, reason: "\(error)")
      }
    }
  }

  deinit {
    guard isOpen.withLock({ $0 }) else { return }
    Folder.removeFlat(temporaryPath, subfolders: subfolders)
    TemporaryFiles.remove(temporaryPath)
  }

  /// Path at which to write a file of the folder.
  package func path(of name: String) -> String { Folder.path(of: name, in: temporaryPath) }

  /// Creates one of the subfolders, unless it exists.
  package func makeSubfolder(_ name: String) throws(FileError) {
    precondition(subfolders.contains(name), "the folder may not contain \(name)")
    let place = path(of: name)
    guard unsafe mkdir(place, 0o777) != 0, errno != EEXIST else { return }
    throw FileError.cannotCreate(path: place, reason: "\(Errno(rawValue: errno))")
  }

  /// Renames the folder to its final name, replacing an existing folder of files if asked to.
  ///
  /// The old folder is exchanged with the new one. On file systems without exchange, the old one is
  /// moved aside, restored if renaming the new one fails, and removed otherwise; interruptions by
  /// signal wait for these renames.
  package func commit(replacing: Bool) throws(FileError) {
    for name in subfolders { Folder.synchronize(self.path(of: name)) }
    Folder.synchronize(temporaryPath)
    let isReplacing = replacing && Folder.exists(path)
    if isReplacing,
      unsafe renameat2(AT_FDCWD, temporaryPath, AT_FDCWD, path, renameExchange) == 0
    {
      isOpen.withLock { $0 = false }
      Folder.synchronize(Folder.parent(of: path))
      Folder.removeFlat(temporaryPath, subfolders: subfolders)
      TemporaryFiles.remove(temporaryPath)
      return
    }
    let aside = TemporaryFiles.path(named: Folder.name(of: path), beside: FilePath(path))
    let failure = TemporaryFiles.uninterrupted { () -> Errno? in
      if isReplacing, unsafe rename(path, aside) != 0 { return Errno(rawValue: errno) }
      guard unsafe rename(temporaryPath, path) != 0 else { return nil }
      let error = Errno(rawValue: errno)
      if isReplacing { _ = unsafe rename(aside, path) }
      return error
    }
    if let failure { throw FileError.cannotWrite(path: path, reason: "\(failure)") }
    isOpen.withLock { $0 = false }
    TemporaryFiles.remove(temporaryPath)
    Folder.synchronize(Folder.parent(of: path))
    guard isReplacing else { return }
    TemporaryFiles.add(folder: aside, subfolders: subfolders, for: path)
    Folder.removeFlat(aside, subfolders: subfolders)
    TemporaryFiles.remove(aside)
  }
}
