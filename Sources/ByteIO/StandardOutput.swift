import Glibc
import SystemPackage

/// Standard output and standard error.
package enum StandardOutput {
  /// Writes a result; throws if that fails, as on a full disk behind a redirection.
  ///
  /// If the reader has closed the pipe, as `head` does, the process ends by SIGPIPE.
  package static func write(_ text: String) throws(FileError) {
    do {
      _ = try FileDescriptor.standardOutput.writeAll(text.utf8)
    } catch Errno.brokenPipe {
      TemporaryFiles.endWithoutReader()
    } catch {
      throw FileError.cannotWrite(path: "standard output", reason: "\(error)")
    }
  }

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
