import Glibc

/// Descriptors 0, 1 and 2 of the process.
package enum StandardDescriptors {
  /// Opens those that are closed, so that no file or pipe of the program gets their numbers.
  ///
  /// They stay unusable: `/dev/null` is opened in the direction that reads or writes fail in, as
  /// they do on a closed descriptor.
  package static func fillClosed() {
    let modes = [(STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_RDONLY)]
    // In ascending order, because a new descriptor gets the lowest free number.
    for (descriptor, mode) in modes where fcntl(descriptor, F_GETFD) == -1 {
      // Without /dev, the root folder can neither be read from nor written to.
      if unsafe open("/dev/null", mode) == -1 { _ = unsafe open("/", O_RDONLY) }
    }
  }

  /// Waits until a non-blocking descriptor is ready, which `events` names.
  static func wait(for descriptor: Int32, events: Int32) {
    var request = pollfd(fd: descriptor, events: Int16(events), revents: 0)
    _ = unsafe poll(&request, 1, -1)
  }
}
