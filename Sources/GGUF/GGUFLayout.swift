import ByteIO
import Tensors

/// Layout of a file to be written: its header and the file offset of every tensor.
struct GGUFLayout {
  let path: String
  /// All bytes before the data, including the padding.
  let header: [UInt8]
  let tensors: [(description: TensorDescription, offset: Int)]
  /// Length of the whole file, with the last tensor padded to the alignment.
  let length: Int

  /// Lays out the tensors in the given order.
  ///
  /// - Throws: ``GGUFError`` if a strict reader would refuse the file.
  init(
    path: String, metadata: [GGUFKeyValue], tensors: [TensorDescription]
  ) throws(GGUFError) {
    let rules = WritingRules(path: path)
    try rules.check(metadata)
    try rules.check(tensors)
    let alignment = try rules.alignment(metadata)

    var encoder = ValueEncoder()
    encoder.append(raw: GGUFHeader.magic)
    encoder.append(UInt32(3))
    encoder.append(UInt64(tensors.count))
    encoder.append(UInt64(metadata.count))
    for pair in metadata {
      encoder.append(string: Array(pair.key.utf8))
      encoder.append(pair.type.rawValue)
      encoder.append(raw: pair.bytes)
    }
    var offsets: [Int] = []
    var end = 0
    for tensor in tensors {
      guard let type = tensor.elementType.ggmlType else {
        throw GGUFError.unwritableType(path: path, tensor: tensor.name, type: tensor.elementType)
      }
      encoder.append(string: Array(tensor.name.text.utf8))
      encoder.append(UInt32(tensor.shape.count))
      for extent in tensor.shape.reversed() { encoder.append(UInt64(extent)) }
      encoder.append(type)
      encoder.append(UInt64(end))
      offsets.append(end)
      guard let next = Self.end(of: tensor, at: end, alignment) else {
        throw GGUFError.sizeOverflow(
          rules.place(.offset(tensor: tensor.name.text)), extents: tensor.shape.map { UInt64($0) })
      }
      end = next
    }
    let past = tensors.isEmpty ? 0 : encoder.bytes.count % alignment
    let padding = past == 0 ? 0 : alignment - past
    guard encoder.bytes.count + padding <= GGUFHeader.lengthLimit else {
      throw GGUFError.headerTooLarge(rules.place(.padding), limit: GGUFHeader.lengthLimit)
    }
    encoder.append(raw: [UInt8](repeating: 0, count: padding))
    self.path = path
    header = encoder.bytes
    let start = header.count
    self.tensors = zip(tensors, offsets).map { ($0, start + $1) }
    length = start + end
  }

  /// Aligned offset of the next tensor; nil on overflow.
  private static func end(
    of tensor: TensorDescription, at offset: Int, _ alignment: Int
  ) -> Int? {
    let (end, overflow) = offset.addingReportingOverflow(tensor.byteCount)
    // Leaves room for header and padding, so that no file offset overflows either.
    guard !overflow, end <= Int.max / 2 else { return nil }
    return (end + alignment - 1) / alignment * alignment
  }
}
