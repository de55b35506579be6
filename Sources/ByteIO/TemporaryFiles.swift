import Dispatch
import Glibc
import Synchronization

/// The unfinished files of this process, so that an interruption can remove them.
package enum TemporaryFiles {
  private static let paths = Mutex<Set<String>>([])

  static func add(_ path: String) { paths.withLock { _ = $0.insert(path) } }

  static func remove(_ path: String) { paths.withLock { _ = $0.remove(path) } }

  static func removeAndUnlink(_ path: String) {
    _ = unsafe unlink(path)
    remove(path)
  }

  /// From now on SIGINT, SIGTERM and SIGHUP remove what is unfinished and end the process.
  ///
  /// - Parameter exitCode: what the process then ends with.
  package static func removeOnInterruption(exitCode: Int32) {
    // Beyond a limit on the size of files, writing fails instead.
    signal(SIGXFSZ, SIG_IGN)
    for number in [SIGINT, SIGTERM, SIGHUP] {
      let ignored = unsafe unsafeBitCast(SIG_IGN, to: Int.self)
      let before = unsafe unsafeBitCast(signal(number, SIG_IGN), to: Int.self)
      // Under nohup the end of the terminal is not the end of the work.
      if number == SIGHUP, before == ignored { continue }
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        // The handler keeps its source alive, and the lock is never given back: no further file
        // can be begun.
        _ = source
        paths.withLock { unfinished in
          for path in unfinished { _ = unsafe unlink(path) }
          _exit(exitCode)
        }
      }
      source.resume()
    }
  }
}
