// The standard library's own normalization, which its string comparison uses. It is not public
// yet, and Foundation's would bring ICU into a program that needs nothing else of it.
@_spi(_Unicode) import Swift

/// What rewrites text before it is cut into words.
indirect enum Normalizer: Sendable {
  case nfc
  case nfd
  case lowercase
  case prepend([UInt8])
  case replace([UInt8], with: [UInt8])
  case sequence([Normalizer])

  func normalize(_ text: [UInt8]) -> [UInt8] {
    switch self {
    case .nfc: isASCII(text) ? text : Self.bytes(Self.orderable(text)._nfc)
    case .nfd: isASCII(text) ? text : Self.bytes(Self.orderable(text)._nfd)
    case .lowercase:
      // Scalar by scalar: the library knows no final sigma either.
      String(decoding: text, as: UTF8.self).unicodeScalars.flatMap {
        Array($0.properties.lowercaseMapping.utf8)
      }
    case .prepend(let prefix): text.isEmpty ? text : prefix + text
    case .replace(let pattern, let content): Self.replace(pattern, with: content, in: text)
    case .sequence(let normalizers): normalizers.reduce(text) { $1.normalize($0) }
    }
  }

  private func isASCII(_ text: [UInt8]) -> Bool { text.allSatisfy { $0 < 0x80 } }

  /// The text without the three characters that count as starters though what they decompose to
  /// does not: Swift 6.3 would not put those parts into canonical order.
  private static func orderable(_ text: [UInt8]) -> String {
    var scalars = String.UnicodeScalarView()
    for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
      switch scalar {
      case "\u{F73}": scalars.append(contentsOf: ["\u{F71}", "\u{F72}"])
      case "\u{F75}": scalars.append(contentsOf: ["\u{F71}", "\u{F74}"])
      case "\u{F81}": scalars.append(contentsOf: ["\u{F71}", "\u{F80}"])
      default: scalars.append(scalar)
      }
    }
    return String(scalars)
  }

  private static func bytes(_ scalars: some Sequence<Unicode.Scalar>) -> [UInt8] {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return Array(String(view).utf8)
  }

  private static func replace(
    _ pattern: [UInt8], with content: [UInt8], in text: [UInt8]
  ) -> [UInt8] {
    var replaced: [UInt8] = []
    replaced.reserveCapacity(text.count)
    var index = 0
    while index < text.count {
      if text[index] == pattern[0], text[index...].starts(with: pattern) {
        replaced += content
        index += pattern.count
      } else {
        replaced.append(text[index])
        index += 1
      }
    }
    return replaced
  }
}

extension Normalizer {
  init(_ node: JSONNode) throws(TokenizerError) {
    let type = try node.type()
    switch type {
    case "NFC": self = .nfc
    case "NFD": self = .nfd
    case "Lowercase": self = .lowercase
    case "Prepend": self = .prepend(Array(try node.required("prepend").string().utf8))
    case "Replace":
      self = .replace(
        try Self.pattern(node), with: Array(try node.required("content").string().utf8))
    case "Sequence":
      var normalizers: [Normalizer] = []
      for element in try node.required("normalizers").elements() {
        normalizers.append(try Normalizer(element))
      }
      self = .sequence(normalizers)
    default: throw .unsupported(path: node.path, found: "the normalizer \"\(type)\"")
    }
  }

  /// The bytes of a member `pattern` that is plain text.
  static func pattern(_ node: JSONNode) throws(TokenizerError) -> [UInt8] {
    let pattern = try node.required("pattern")
    guard let plain = try pattern.optional("String") else {
      throw .unsupported(path: pattern.path, found: "a pattern other than a String")
    }
    let bytes = Array(try plain.string().utf8)
    guard !bytes.isEmpty else { throw .unsupported(path: plain.path, found: "an empty pattern") }
    return bytes
  }
}
