import JSON
import Models

extension ExpertTensors {
  /// `config.json` of the expert: the source's, but for the width of the feed-forward layers.
  ///
  /// That of the full expert is the source's byte for byte.
  func configuration() throws -> [UInt8] {
    let name = "config.json"
    guard let bytes = try checkpoint.companion(name), let document = try configurationDocument()
    else { throw ModelError.noConfiguration(path: checkpoint.path) }
    return isDense ? bytes : JSONWriter.write(document, layout: .indented) + [0x0A]
  }

  /// The same as a value.
  func configurationDocument() throws -> JSONValue? {
    // A family that is not known here has a key of its own for the width.
    let key = try Model(checkpoint).family.keys.intermediateSize
    guard var object = try checkpoint.document("config.json")?.object else { return nil }
    object[key] = .int(width)
    return .object(object)
  }
}
