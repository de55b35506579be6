import ByteIO
import Glibc

/// Printing: results go to standard output, everything else to standard error.
enum Console {
  enum Stream {
    case output
    case error
  }

  static func print(_ line: String) throws { try StandardOutput.write(line + "\n") }

  static func print(_ lines: [String]) throws {
    try StandardOutput.write(lines.map { $0 + "\n" }.joined())
  }

  static func error(_ line: String) { StandardOutput.writeError(line + "\n") }

  static func isTerminal(_ stream: Stream) -> Bool {
    isatty(stream == .output ? STDOUT_FILENO : STDERR_FILENO) == 1
  }
}
