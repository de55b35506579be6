import CFiles
import Glibc
import Synchronization
import SystemPackage

/// A folder of files that appears under its name only when it is whole.
///
/// It is filled beside its place, under a name that shows what it is, and renamed by
/// ``commit(replacing:)``. Let go before that, or interrupted, it is removed with all files in it
/// and nothing under the final name has changed.
package final class AtomicFolder: Sendable {
  /// Where the folder will appear.
  package let path: String
  /// Where it is being filled.
  package let temporaryPath: String
  private let isOpen = Mutex(true)

  package init(path: String) throws(FileError) {
    let place = FilePath(path)
    guard let last = place.lastComponent, last.kind == .regular else {
      throw FileError.cannotCreate(path: path, reason: "this is not the name of a folder")
    }
    self.path = place.string
    while true {
      let temporary = TemporaryFiles.path(named: last.string, beside: place)
      TemporaryFiles.add(folder: temporary)
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
    Folder.removeFlat(temporaryPath)
    TemporaryFiles.remove(temporaryPath)
  }

  /// Where a file of the folder is written.
  package func path(of name: String) -> String { Folder.path(of: name, in: temporaryPath) }

  /// Gives the folder its name, in the place of a folder of files that was there.
  ///
  /// What is replaced changes places with the new one. Where the file system cannot do that, it is
  /// moved aside first, comes back if the new one cannot have its name, and is removed only then; no
  /// interruption comes between.
  package func commit(replacing: Bool) throws(FileError) {
    Folder.synchronize(temporaryPath)
    let isReplacing = replacing && Folder.exists(path)
    if isReplacing,
      unsafe renameat2(AT_FDCWD, temporaryPath, AT_FDCWD, path, renameExchange) == 0
    {
      isOpen.withLock { $0 = false }
      Folder.synchronize(Folder.parent(of: path))
      Folder.removeFlat(temporaryPath)
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
    TemporaryFiles.add(folder: aside)
    Folder.removeFlat(aside)
    TemporaryFiles.remove(aside)
  }
}
