import Glibc
import Synchronization

/// Handling of failed memory allocations.
package enum Exhaustion {
  private static let exitCode = Atomic<Int32>(0)
  /// Memory that the handler releases first, because it needs some itself.
  private static let reserve = Atomic<UInt>(0)
  private static let reserveBytes = 1 << 20

  /// Makes the process end with a message and `code` if Swift fails to allocate memory.
  ///
  /// Unfinished files are removed. Relies on Swift aborting only if an allocation fails.
  package static func end(with code: Int32) {
    exitCode.store(code, ordering: .relaxed)
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
    let line: StaticString =
      "dynamoe: out of memory; give it more, or take less by --memory and --threads\n"
    _ = unsafe write(STDERR_FILENO, line.utf8Start, line.utf8CodeUnitCount)
    _exit(exitCode.load(ordering: .relaxed))
  }
}
