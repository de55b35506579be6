import ByteIO
import Tensors

/// A file that is to be written: its header, and where in it every tensor goes.
struct GGUFLayout {
  let path: String
  /// All bytes before the data, with the padding behind them.
  let header: [UInt8]
  let tensors: [(description: TensorDescription, offset: Int)]
  /// The length of the whole file, the last tensor filled up to the alignment.
  let length: Int

  /// Lays the tensors out in the order in which they are given.
  ///
  /// - Throws: where a strict reader would refuse the file.
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

  /// Where the tensor behind one begins; nil where that cannot be told.
  private static func end(
    of tensor: TensorDescription, at offset: Int, _ alignment: Int
  ) -> Int? {
    let (end, overflow) = offset.addingReportingOverflow(tensor.byteCount)
    // Leaves room for header and padding, so that no offset in the file overflows either.
    guard !overflow, end <= Int.max / 2 else { return nil }
    return (end + alignment - 1) / alignment * alignment
  }
}
