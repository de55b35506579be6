import ByteIO
import Tensors

extension SafetensorsHeader {
  /// Lays out tensors as the reference writer does: by alignment of their type, widest first, then
  /// by the bytes of their names, so that each starts at a multiple of its element size.
  ///
  /// - Returns: the header, and its bytes in the file: the length and the JSON.
  static func layingOut(
    _ tensors: [TensorDescription], metadata: [(key: String, value: String)]?, path: String
  ) throws(SafetensorsError) -> (header: SafetensorsHeader, bytes: [UInt8]) {
    try check(tensors.map(\.name), metadata: metadata?.map { TensorName($0.key) } ?? [], path: path)
    let alignment = Dictionary(
      uniqueKeysWithValues: ElementType.ofSafetensors.enumerated().map { ($0.element, $0.offset) })
    let sorted = tensors.sorted {
      let (left, right) = (
        alignment[$0.elementType, default: 0], alignment[$1.elementType, default: 0]
      )
      return left == right ? $0.name < $1.name : left > right
    }
    var entries: [Entry] = []
    var end = 0
    for tensor in sorted {
      entries.append(Entry(description: tensor, offset: end))
      let (next, overflow) = end.addingReportingOverflow(tensor.byteCount)
      // Leaves room for the header, so that no file offset overflows either.
      guard !overflow, next <= Int.max - lengthLimit - 8 else {
        throw SafetensorsError.sizeOverflow(path: path, tensor: tensor.name, shape: tensor.shape)
      }
      end = next
    }
    // Metadata is unordered in the format; sorting it makes the file reproducible.
    let metadata = metadata?.sorted { TensorName($0.key) < TensorName($1.key) }
    let json = json(entries, metadata)
    guard json.count <= lengthLimit else {
      throw SafetensorsError.headerTooLarge(
        path: path, limit: lengthLimit, found: UInt64(json.count))
    }
    let header = SafetensorsHeader(entries: entries, metadata: metadata, length: json.count)
    return (header, LittleEndian.bytes(of: UInt64(json.count)) + json)
  }

  private static func check(
    _ tensors: [TensorName], metadata: [TensorName], path: String
  ) throws(SafetensorsError) {
    if tensors.contains(TensorName(metadataKey)) {
      throw SafetensorsError.reservedName(path: path, name: metadataKey)
    }
    for names in [tensors, metadata] {
      var seen: Set<TensorName> = []
      for name in names where !seen.insert(name).inserted {
        throw SafetensorsError.duplicateName(path: path, name: name.text)
      }
    }
  }

  /// JSON spelt as by the reference writer, padded so that the data starts at a multiple of 8.
  private static func json(
    _ entries: [Entry], _ metadata: [(key: String, value: String)]?
  ) -> [UInt8] {
    var json = ReferenceJSON()
    json.append("{")
    if let metadata {
      json.append("\"\(metadataKey)\":{")
      for (index, entry) in metadata.enumerated() {
        if index > 0 { json.append(",") }
        json.append(quoting: entry.key)
        json.append(":")
        json.append(quoting: entry.value)
      }
      json.append(entries.isEmpty ? "}" : "},")
    }
    for (index, entry) in entries.enumerated() {
      let tensor = entry.description
      if index > 0 { json.append(",") }
      json.append(quoting: tensor.name.text)
      json.append(":{\"dtype\":\"\(tensor.elementType.rawValue)\",\"shape\":[")
      json.append(tensor.shape.map(String.init).joined(separator: ","))
      json.append("],\"data_offsets\":[\(entry.offset),\(entry.offset + tensor.byteCount)]}")
    }
    json.append("}")
    json.append(String(repeating: " ", count: (8 - json.bytes.count % 8) % 8))
    return json.bytes
  }
}
