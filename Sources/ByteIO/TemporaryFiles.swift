import Dispatch
import Glibc
import Synchronization
import SystemPackage

/// Registry of this process's unfinished files and folders, which an interruption removes.
package enum TemporaryFiles {
  private struct Unfinished {
    var files: Set<String> = []
    /// Folders by path, with the names of their subfolders.
    var folders: [String: [String]] = [:]

    func removeAll() {
      for path in files { _ = unsafe unlink(path) }
      for (path, subfolders) in folders { Folder.removeFlat(path, subfolders: subfolders) }
    }
  }
  private static let farewell = Mutex<String?>(nil)

  /// Sets the line written to standard error on interruption; nil for none.
  package static func onInterruption(say line: String?) { farewell.withLock { $0 = line } }

  private static let paths = Mutex(Unfinished())
  /// Number of temporary names made so far, which makes each name unique.
  private static let begun = Atomic<Int>(0)

  /// Final path of each temporary one, also after its removal: messages outlive the files.
  private static let finals = Mutex<[String: String]>([:])

  /// A message with the final paths of outputs in place of their temporary ones.
  package static func withFinalNames(_ message: String) -> String {
    guard message.contains(ending) else { return message }
    var message = message
    // A file before its folder, whose path begins it.
    let finals = finals.withLock { $0 }.sorted { $0.key.utf8.count > $1.key.utf8.count }
    for (temporary, final) in finals {
      message.replace(temporary, with: final)
    }
    return message
  }

  private static let ending = ".dynamoe-partial"

  /// Unique temporary path in the folder of the final path `place`.
  static func path(named name: String, beside place: FilePath) -> String {
    // Truncated, so that the longest possible name leaves room for the additions.
    let start = String(decoding: name.utf8.prefix(200), as: UTF8.self)
    let number = begun.wrappingAdd(1, ordering: .relaxed).newValue
    var temporary = place
    temporary.removeLastComponent()
    temporary.append(".\(start).\(getpid()).\(number)\(ending)")
    return temporary.string
  }

  static func add(_ path: String, for final: String) {
    finals.withLock { $0[path] = final }
    paths.withLock { _ = $0.files.insert(path) }
  }

  static func add(folder path: String, subfolders: [String], for final: String) {
    finals.withLock { $0[path] = final }
    paths.withLock { $0.folders[path] = subfolders }
  }

  static func remove(_ path: String) {
    paths.withLock {
      $0.files.remove(path)
      $0.folders[path] = nil
    }
  }

  /// Runs steps that an interruption by signal cannot separate.
  static func uninterrupted<Value>(_ steps: () -> sending Value) -> Value {
    paths.withLock { _ in steps() }
  }

  static func removeAndUnlink(_ path: String) {
    _ = unsafe unlink(path)
    remove(path)
  }

  /// Removes all unfinished files and folders, unless a thread holds the registry's lock.
  static func removeAllIfPossible() { _ = paths.withLockIfAvailable { $0.removeAll() } }

  /// Makes writes beyond the file size limit, or to a closed pipe, fail instead of raising a signal.
  ///
  /// Progress may have no reader.
  package static func ignoreWriteSignals() {
    signal(SIGXFSZ, SIG_IGN)
    signal(SIGPIPE, SIG_IGN)
  }

  /// Makes SIGINT, SIGTERM and SIGHUP remove all unfinished files and end the process.
  ///
  /// - Parameter exitCode: exit code of the process in that case.
  package static func removeOnInterruption(exitCode: Int32) {
    var ends: [Int32] = [-1, -1]
    guard unsafe pipe(&ends) == 0 else { return }
    interruptions.store(ends[1], ordering: .sequentiallyConsistent)
    var caught = sigset_t()
    unsafe sigemptyset(&caught)
    for number in [SIGINT, SIGTERM, SIGHUP] {
      unsafe sigaddset(&caught, number)
      let ignored = unsafe unsafeBitCast(SIG_IGN, to: Int.self)
      let before = unsafe unsafeBitCast(signal(number, tellOfInterruption), to: Int.self)
      // Keeps SIGHUP ignored, as under nohup.
      if number == SIGHUP, before == ignored { signal(number, SIG_IGN) }
    }
    // The parent process may have blocked these signals.
    unsafe pthread_sigmask(SIG_UNBLOCK, &caught, nil)
    let end = ends[0]
    DispatchQueue(label: "interruptions").async {
      isServed.store(true, ordering: .releasing)
      var byte: UInt8 = 0
      while unsafe read(end, &byte, 1) != 1 {}
      // The lock is never released, so that no further file can be created.
      paths.withLock { unfinished in
        unfinished.removeAll()
        if let line = farewell.withLock({ $0 }) { StandardOutput.writeError(line + "\n") }
        _exit(exitCode)
      }
    }
    // Before files are opened: the first thread of Dispatch opens descriptors, or traps.
    for _ in 0..<50_000 where !isServed.load(ordering: .acquiring) { usleep(100) }
  }

  /// Removes all unfinished files, and ends the process by SIGPIPE.
  static func endWithoutReader() -> Never {
    removeAllIfPossible()
    signal(SIGPIPE, SIG_DFL)
    raise(SIGPIPE)
    _exit(128 + SIGPIPE)
  }

  /// Whether the thread that waits for interruptions runs.
  private static let isServed = Atomic(false)

  /// Pipe to which the signal handler writes a byte, one of the few operations allowed in it.
  private static let interruptions = Atomic<Int32>(-1)

  private static let tellOfInterruption: @convention(c) (Int32) -> Void = { _ in
    let before = errno
    var byte: UInt8 = 1
    _ = unsafe write(interruptions.load(ordering: .sequentiallyConsistent), &byte, 1)
    errno = before
  }
}
