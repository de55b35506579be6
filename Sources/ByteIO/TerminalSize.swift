import Glibc

/// How large the terminal is that standard output goes to.
package enum TerminalSize {
  /// Nil where it is no terminal, or one that does not tell.
  package static var columns: Int? {
    var size = winsize()
    guard unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
      return nil
    }
    return Int(size.ws_col)
  }
}
