import ByteIO

/// Licence of a model, in the Hub's names for licences.
package struct CardLicense: Sendable, Equatable {
  /// Name on the Hub, such as `apache-2.0`, or `other`.
  package let identifier: String
  /// Name of a licence that is `other`.
  package let name: String?
  /// Location of its text: a URL or a file of the folder.
  package let link: String?

  /// Reads the licence from the source's card or the licence text beside it; nil if neither gives
  /// one that can be used.
  package init?(card: [UInt8]?, text: (file: String, bytes: [UInt8])?) {
    let stated = card.map(Self.frontMatter) ?? [:]
    if let identifier = stated["license"], Self.isPlain(identifier) {
      self.identifier = identifier
      name = stated["license_name"].flatMap { Self.isPlain($0) ? $0 : nil }
      link = stated["license_link"].flatMap { Self.isLink($0) ? $0 : nil }
      return
    }
    guard let text else { return nil }
    identifier = Self.known(String(decoding: text.bytes.prefix(4096), as: UTF8.self)) ?? "other"
    name = nil
    link = identifier == "other" ? text.file : nil
  }

  /// Single-line values in the front matter of a card; everything else is skipped.
  private static func frontMatter(_ card: [UInt8]) -> [String: String] {
    let text = String(decoding: card.prefix(1 << 16), as: UTF8.self)
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    guard lines.first == "---" else { return [:] }
    var values: [String: String] = [:]
    for line in lines.dropFirst().prefix(while: { $0 != "---" }) {
      guard let colon = line.firstIndex(of: ":") else { continue }
      var value = line[line.index(after: colon)...].drop { $0 == " " }
      while value.last == " " { value.removeLast() }
      for quote in ["\"", "'"] where value.count > 1 && value.hasPrefix(quote) {
        if value.hasSuffix(quote) { value = value.dropFirst().dropLast() }
      }
      values[String(line[..<colon])] = String(value)
    }
    return values
  }

  /// Whether a word needs no escaping in quoted YAML or in Markdown.
  private static func isPlain(_ text: String) -> Bool {
    text.utf8.count <= 100 && text.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9.+-]*/) != nil
  }

  private static func isLink(_ text: String) -> Bool {
    text.utf8.count <= 300
      && text.wholeMatch(of: /(https:\/\/)?[A-Za-z0-9][A-Za-z0-9.\/_~%+-]*/) != nil
      && !text.contains("..")
  }

  /// Identifier of a licence that its text names unmistakably.
  private static func known(_ text: String) -> String? {
    let words = text.split(whereSeparator: \.isWhitespace).prefix(60).joined(separator: " ")
    if words.hasPrefix("Apache License Version 2.0, January 2004") { return "apache-2.0" }
    if words.hasPrefix("MIT License"),
      words.contains("Permission is hereby granted, free of charge, to any person")
    {
      return "mit"
    }
    return nil
  }
}
