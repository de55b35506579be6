import ByteIO

/// The licence of a model, by the names that the Hub has for licences.
package struct CardLicense: Sendable, Equatable {
  /// As `apache-2.0`, or `other`.
  package let identifier: String
  /// What one that is `other` is called.
  package let name: String?
  /// Where its text is: an address, or a file of the folder.
  package let link: String?

  /// What the source says of its licence, in its card or by the text beside it; nil where it says
  /// nothing that can be taken over.
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

  /// The values of one word or line that stand in the head of a card; all else is passed over.
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

  /// A word that means itself in YAML when it is quoted, and in Markdown.
  private static func isPlain(_ text: String) -> Bool {
    text.utf8.count <= 100 && text.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9.+-]*/) != nil
  }

  private static func isLink(_ text: String) -> Bool {
    text.utf8.count <= 300
      && text.wholeMatch(of: /(https:\/\/)?[A-Za-z0-9][A-Za-z0-9.\/_~%+-]*/) != nil
      && !text.contains("..")
  }

  /// Licences whose text names them beyond doubt.
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
