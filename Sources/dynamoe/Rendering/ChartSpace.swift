import ByteIO

/// Whether a character chart can be printed: needs a wide terminal and a UTF-8 locale.
enum ChartSpace {
  private static let columns = 70

  static var isThere: Bool {
    Console.isTerminal(.output) && ProcessEnvironment.value(of: "TERM") != "dumb" && isUnicode
      && (StandardOutput.terminalColumns ?? 0) >= columns
  }

  /// Checks the locale variables; the first one that is set counts.
  private static var isUnicode: Bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy
      .compactMap { ProcessEnvironment.value(of: $0) }.first
    let letters = locale?.lowercased().filter { $0 != "-" }
    return letters?.contains("utf8") == true
  }
}
