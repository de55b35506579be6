import ByteIO

/// Whether a picture in characters can be shown: on a terminal that is wide enough, and Unicode.
enum ChartSpace {
  private static let columns = 70

  static var isThere: Bool {
    Console.isTerminal(.output) && ProcessEnvironment.value(of: "TERM") != "dumb" && isUnicode
      && (StandardOutput.terminalColumns ?? 0) >= columns
  }

  /// By the variables of the locale, of which the first that is set counts.
  private static var isUnicode: Bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy
      .compactMap { ProcessEnvironment.value(of: $0) }.first
    let letters = locale?.lowercased().filter { $0 != "-" }
    return letters?.contains("utf8") == true
  }
}
