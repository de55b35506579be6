import Dispatch
import Glibc
import Synchronization
import SystemPackage

/// The unfinished files and folders of this process, so that an interruption can remove them.
package enum TemporaryFiles {
  private struct Unfinished {
    var files: Set<String> = []
    var folders: Set<String> = []

    func removeAll() {
      for path in files { _ = unsafe unlink(path) }
      for path in folders { Folder.removeFlat(path) }
    }
  }
  private static let farewell = Mutex<String?>(nil)

  /// What is said on standard error if the process is interrupted.
  package static func onInterruption(say line: String?) { farewell.withLock { $0 = line } }

  private static let paths = Mutex(Unfinished())
  /// How many this process has begun: no two share a temporary name.
  private static let begun = Atomic<Int>(0)

  /// A name for what is not finished, beside its place.
  static func path(named name: String, beside place: FilePath) -> String {
    // Cut, so that the longest name that can be given leaves room for what is added.
    let start = String(decoding: name.utf8.prefix(200), as: UTF8.self)
    let number = begun.wrappingAdd(1, ordering: .relaxed).newValue
    var temporary = place
    temporary.removeLastComponent()
    temporary.append(".\(start).\(getpid()).\(number).dynamoe-partial")
    return temporary.string
  }

  static func add(_ path: String) { paths.withLock { _ = $0.files.insert(path) } }

  static func add(folder path: String) { paths.withLock { _ = $0.folders.insert(path) } }

  static func remove(_ path: String) {
    paths.withLock {
      $0.files.remove(path)
      $0.folders.remove(path)
    }
  }

  /// Steps between which no interruption comes.
  static func uninterrupted<Value>(_ steps: () -> sending Value) -> Value {
    paths.withLock { _ in steps() }
  }

  static func removeAndUnlink(_ path: String) {
    _ = unsafe unlink(path)
    remove(path)
  }

  /// Removes what is unfinished, unless some thread was just about to begin or to finish something.
  static func removeAllIfPossible() { _ = paths.withLockIfAvailable { $0.removeAll() } }

  /// From now on SIGINT, SIGTERM and SIGHUP remove what is unfinished and end the process.
  ///
  /// - Parameter exitCode: what the process then ends with.
  package static func removeOnInterruption(exitCode: Int32) {
    // Beyond a limit on the size of files, writing fails instead.
    signal(SIGXFSZ, SIG_IGN)
    // Nobody must listen to progress.
    signal(SIGPIPE, SIG_IGN)
    var ends: [Int32] = [-1, -1]
    guard unsafe pipe(&ends) == 0 else { return }
    interruptions.store(ends[1], ordering: .sequentiallyConsistent)
    var caught = sigset_t()
    unsafe sigemptyset(&caught)
    for number in [SIGINT, SIGTERM, SIGHUP] {
      unsafe sigaddset(&caught, number)
      let ignored = unsafe unsafeBitCast(SIG_IGN, to: Int.self)
      let before = unsafe unsafeBitCast(signal(number, tellOfInterruption), to: Int.self)
      // Under nohup the end of the terminal is not the end of the work.
      if number == SIGHUP, before == ignored { signal(number, SIG_IGN) }
    }
    // Whoever started this may have blocked them for itself.
    unsafe pthread_sigmask(SIG_UNBLOCK, &caught, nil)
    let end = ends[0]
    DispatchQueue(label: "interruptions").async {
      var byte: UInt8 = 0
      while unsafe read(end, &byte, 1) != 1 {}
      // The lock is never given back: no further file can be begun.
      paths.withLock { unfinished in
        unfinished.removeAll()
        if let line = farewell.withLock({ $0 }) { StandardOutput.writeError(line + "\n") }
        _exit(exitCode)
      }
    }
  }

  /// Removes what is unfinished, and ends the process by the signal for results that nobody reads.
  static func endWithoutReader() -> Never {
    removeAllIfPossible()
    signal(SIGPIPE, SIG_DFL)
    raise(SIGPIPE)
    _exit(128 + SIGPIPE)
  }

  /// Where a handler of signals, which may do hardly more, writes that there was one.
  private static let interruptions = Atomic<Int32>(-1)

  private static let tellOfInterruption: @convention(c) (Int32) -> Void = { _ in
    let before = errno
    var byte: UInt8 = 1
    _ = unsafe write(interruptions.load(ordering: .sequentiallyConsistent), &byte, 1)
    errno = before
  }
}
