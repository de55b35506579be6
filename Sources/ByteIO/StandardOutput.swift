import Glibc
import SystemPackage

/// The streams that a program writes to.
package enum StandardOutput {
  /// Writes a result; a full disk behind a redirection is an error like any other.
  ///
  /// Where the reader has gone, as `head` does, the program ends as others do.
  package static func write(_ text: String) throws(FileError) {
    do {
      _ = try FileDescriptor.standardOutput.writeAll(text.utf8)
    } catch Errno.brokenPipe {
      TemporaryFiles.endWithoutReader()
    } catch {
      throw FileError.cannotWrite(path: "standard output", reason: "\(error)")
    }
  }

  /// Writes what is not a result, such as progress and errors; nobody may be listening.
  package static func writeError(_ text: String) {
    _ = try? FileDescriptor.standardError.writeAll(text.utf8)
  }

  /// How many columns the terminal behind the results has; nil where it is none, or does not tell.
  package static var terminalColumns: Int? {
    var size = winsize()
    guard unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
      return nil
    }
    return Int(size.ws_col)
  }
}
