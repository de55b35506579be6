import Glibc
import Synchronization

/// What happens where memory cannot be had.
package enum Exhaustion {
  private static let exitCode = Atomic<Int32>(0)
  /// Given back before anything is done about it, which takes some memory too.
  private static let reserve = Atomic<UInt>(0)
  private static let reserveBytes = 1 << 20

  /// From now on the process ends with a line and a code where Swift is refused memory.
  ///
  /// What is unfinished is removed. Swift aborts where it is refused memory, and for nothing else.
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
    // A second time, nothing more can be done.
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
