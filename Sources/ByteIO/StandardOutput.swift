import Glibc
import SystemPackage

/// Standard output and standard error.
package enum StandardOutput {
  /// Writes a result; throws if that fails, as on a full disk behind a redirection.
  ///
  /// If the reader has closed the pipe, as `head` does, the process ends by SIGPIPE.
  package static func write(_ text: String) throws(FileError) {
    let bytes = Array(text.utf8)
    var written = 0
    while written < bytes.count {
      do {
        written += try unsafe bytes.withUnsafeBytes { buffer in
          try unsafe FileDescriptor.standardOutput.write(
            UnsafeRawBufferPointer(rebasing: buffer[written...]))
        }
      } catch Errno.wouldBlock {
        StandardDescriptors.wait(for: STDOUT_FILENO, events: POLLOUT)
      } catch Errno.brokenPipe {
        TemporaryFiles.endWithoutReader()
      } catch {
        throw FileError.cannotWrite(path: name, reason: "\(error)")
      }
    }
  }

  /// Throws if standard output was closed, or not opened for writing, when the process began.
  package static func checkOpen() throws(FileError) {
    let flags = fcntl(STDOUT_FILENO, F_GETFL)
    guard flags == -1 || flags & O_ACCMODE == O_RDONLY else { return }
    throw .cannotWrite(path: name, reason: "\(Errno.badFileDescriptor)")
  }

  private static let name = "standard output"

  /// Writes progress or errors to standard error; failures are ignored.
  package static func writeError(_ text: String) {
    _ = try? FileDescriptor.standardError.writeAll(text.utf8)
  }

  /// Width in columns of the terminal on standard output; nil if there is none, or it is unknown.
  package static var terminalColumns: Int? {
    var size = winsize()
    guard unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
      return nil
    }
    return Int(size.ws_col)
  }
}
