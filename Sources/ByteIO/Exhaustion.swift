import Glibc
import Synchronization

/// Handling of failed memory allocations.
package enum Exhaustion {
  private static let exitCode = Atomic<Int32>(0)
  /// Address of the message.
  private static let lineStart = Atomic<UInt>(0)
  private static let lineLength = Atomic<Int>(0)
  /// Memory that the handler releases first, because it needs some itself.
  private static let reserve = Atomic<UInt>(0)
  private static let reserveBytes = 1 << 20

  /// Makes the process end with `message` and `code` if Swift fails to allocate memory.
  ///
  /// Unfinished files are removed. Relies on Swift aborting only if an allocation fails. The message
  /// is static, because none can be composed then.
  package static func end(with code: Int32, saying message: StaticString) {
    exitCode.store(code, ordering: .relaxed)
    lineStart.store(unsafe UInt(bitPattern: message.utf8Start), ordering: .relaxed)
    lineLength.store(message.utf8CodeUnitCount, ordering: .relaxed)
    let start = unsafe mmap(
      nil, reserveBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    if unsafe start != MAP_FAILED {
      reserve.store(UInt(bitPattern: start), ordering: .relaxed)
    }
    signal(SIGABRT, end)
  }

  private static let end: @convention(c) (Int32) -> Void = { _ in
    // A second abort, in this handler, ends the process at once.
    signal(SIGABRT, SIG_DFL)
    let kept = unsafe UnsafeMutableRawPointer(bitPattern: reserve.load(ordering: .relaxed))
    if let kept = unsafe kept { _ = unsafe munmap(kept, reserveBytes) }
    TemporaryFiles.removeAllIfPossible()
    let start = unsafe UnsafeRawPointer(bitPattern: lineStart.load(ordering: .relaxed))
    _ = unsafe write(STDERR_FILENO, start, lineLength.load(ordering: .relaxed))
    _exit(exitCode.load(ordering: .relaxed))
  }
}
