import Glibc

/// Descriptors and threads that the system grants the process (`ulimit -n`, `ulimit -u`).
package enum ProcessLimits {
  /// Whether this many further descriptors can be open at a time.
  package static func hasDescriptors(_ count: Int) -> Bool {
    var opened: [Int32] = []
    defer { for descriptor in opened { close(descriptor) } }
    while opened.count < count {
      let descriptor = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0)
      guard descriptor >= 0 else { return false }
      opened.append(descriptor)
    }
    return true
  }

  /// Whether this many further threads can run at a time.
  package static func hasThreads(_ count: Int) -> Bool {
    var ends: [Int32] = [-1, -1]
    guard unsafe pipe(&ends) == 0 else { return false }
    var attributes = pthread_attr_t()
    unsafe pthread_attr_init(&attributes)
    // Small, because only the threads count.
    unsafe pthread_attr_setstacksize(&attributes, 1 << 17)
    var threads: [pthread_t] = []
    while threads.count < count {
      var thread = pthread_t()
      let end = unsafe UnsafeMutableRawPointer(bitPattern: Int(ends[0]))
      guard unsafe pthread_create(&thread, &attributes, waitForEnd, end) == 0 else { break }
      threads.append(thread)
    }
    close(ends[1])
    for thread in threads { _ = pthread_join(thread, nil) }
    close(ends[0])
    unsafe pthread_attr_destroy(&attributes)
    return threads.count == count
  }

  /// Waits until the other end of a pipe is closed.
  private static let waitForEnd:
    @convention(c) (UnsafeMutableRawPointer?) ->
      UnsafeMutableRawPointer? = { end in
        var byte: UInt8 = 0
        while unsafe read(Int32(Int(bitPattern: end)), &byte, 1) < 0, errno == EINTR {}
        return nil
      }
}
