import DMOE
import Foundation
import JSON
import TestSupport
import Testing

/// Every field of the directory with every kind of invalid value.
@Suite struct ExtremeFieldsTests {
  private struct Case {
    let description: String
    let bytes: [UInt8]
    /// Field that the error must name; nil if it may name another one, or if there is no error.
    let field: String?
  }

  private static let extremes: [JSONValue] = [
    0, 1, number("-1"), number("-0"), .int(1 << 31), .int(.max), number("9223372036854775808"),
    number("18446744073709551615"), number("1.5"), number("1e0"), number("1e400"), "x", "", true,
    .null, [], [:],
  ]

  @Test(arguments: ["sample", "coded", "part", "overlay"])
  func `a field of another kind is refused by name, and never traps`(form: String) throws {
    let sample =
      switch form {
      case "coded": try Draft.coded()
      case "part": try Draft.part()
      case "overlay": try Draft.overlay()
      default: try Draft.sample()
      }
    let folder = try TemporaryFolder()
    var cases: [Case] = []
    for path in sample.directory.paths {
      for extreme in Self.extremes where extreme != sample.directory[path] {
        cases.append(Self.replacing(path, with: extreme, in: sample))
      }
      cases.append(Self.removing(path, from: sample))
      if let twice = Self.doubling(path, in: sample) { cases.append(twice) }
    }
    try #require(cases.count > 1000)
    var ours: [DMOEError?] = []
    var paths: [String] = []
    for (number, example) in cases.enumerated() {
      let path = try folder.write(example.bytes, to: "\(number)")
      let error = try refusal(of: path)
      if let field = example.field {
        #expect(error?.field == field, "\(example.description): \(String(describing: error))")
      }
      ours.append(error)
      paths.append(path)
    }
    for ((example, error), verdict) in zip(zip(cases, ours), try Peer.judge(paths)) {
      #expect(
        (error == nil) == (verdict == "accept"),
        "\(example.description): \(String(describing: error)), but the other reader: \(verdict)")
    }
  }

  private static func replacing(
    _ path: String, with extreme: JSONValue, in sample: Draft
  ) -> Case {
    var draft = sample
    draft.directory[path] = extreme
    return Case(
      description: "\(path) is \(JSONWriter.text(extreme))", bytes: draft.bytes,
      field: isOfSameKind(extreme, sample.directory[path]) ? nil : path)
  }

  /// Whether both values have the same JSON type, so that only the content is wrong.
  private static func isOfSameKind(_ new: JSONValue, _ old: JSONValue) -> Bool {
    if case .number = old { return new.int.map { $0 >= 0 } ?? false }
    return new.kind == old.kind
  }

  private static func removing(_ path: String, from sample: Draft) -> Case {
    var draft = sample
    draft.directory.remove(path)
    let optional = ["generator", "source.metadata"]
    let isMember = !path.hasSuffix("]")
    let mayBeAbsent =
      optional.contains(path) || path.hasPrefix("source.metadata.") || path.hasSuffix(".ffn")
    return Case(
      description: "\(path) is missing", bytes: draft.bytes,
      field: isMember && !mayBeAbsent ? path : nil)
  }

  /// Duplicates the member in its object, which is ambiguous and must be refused.
  private static func doubling(_ path: String, in sample: Draft) -> Case? {
    guard !path.hasSuffix("]") else { return nil }
    let name = path.split(separator: ".").last.map(String.init) ?? path
    let parent = path.dropLast(name.count + 1)
    let place = parent.isEmpty ? sample.directory : sample.directory[String(parent)]
    guard let object = place.object, let value = object[name] else { return nil }
    let doubled = JSONValue.object(
      JSONObject(object.members + [.init(name: name, value: value)]))
    var draft = sample
    if parent.isEmpty {
      draft.directory = doubled
    } else {
      draft.directory[String(parent)] = doubled
    }
    return Case(description: "\(path) twice", bytes: draft.bytes, field: "text")
  }
}
