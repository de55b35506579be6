import Tensors

/// Header record of one tensor, not yet checked for overlap with other tensors.
struct TensorInfo {
  enum Content {
    case known(TensorDescription)
    case unknown(type: UInt32, byteCount: Int?, isEmpty: Bool)
  }

  let name: TensorName
  /// Extents, slowest first.
  let shape: [Int]
  let content: Content
  /// Offset from the start of the data; a multiple of the alignment.
  let offset: UInt64
  /// File offset of the field that holds `offset`.
  private let offsetField: Int

  /// Number of bytes known to belong to the tensor; 1 for a non-empty tensor of unknown size.
  var span: Int {
    switch content {
    case .known(let description): description.byteCount
    case .unknown(_, let byteCount, let isEmpty): byteCount ?? (isEmpty ? 0 : 1)
    }
  }

  func offsetPlace(_ path: String) -> GGUFPosition {
    GGUFPosition(path: path, field: .offset(tensor: name.text), offset: offsetField)
  }

  init(_ number: Int, from scanner: inout HeaderScanner, alignment: Int) throws(GGUFError) {
    let text = try scanner.name(limit: GGUFName.readLimit, .tensor(number))
    let start = scanner.offset
    let count: UInt32 = try scanner.integer(.dimensionCount(tensor: text))
    guard count <= UInt32(GGUFHeader.dimensionLimit) else {
      throw GGUFError.tooLarge(
        scanner.place(.dimensionCount(tensor: text), at: start),
        limit: GGUFHeader.dimensionLimit, found: UInt64(count))
    }
    let extentsStart = scanner.offset
    var extents: [UInt64] = []
    for axis in 0..<Int(count) {
      extents.append(try scanner.integer(.extent(tensor: text, axis)))
    }
    let type: UInt32 = try scanner.integer(.elementsType(tensor: text))
    name = TensorName(text)
    let place = scanner.place(.extent(tensor: text, 0), at: extentsStart)
    (shape, content) = try Self.size(of: name, extents: extents, type: type, at: place)

    offsetField = scanner.offset
    offset = try scanner.integer(.offset(tensor: text))
    guard offset % UInt64(alignment) == 0 else {
      throw GGUFError.misaligned(
        scanner.place(.offset(tensor: text), at: offsetField), alignment: alignment, found: offset)
    }
  }

  /// Derives shape, slowest extent first, and content of a tensor from its extents and type.
  private static func size(
    of name: TensorName, extents: [UInt64], type number: UInt32, at place: GGUFPosition
  ) throws(GGUFError) -> (shape: [Int], content: Content) {
    // A zero extent does not hide an overflow of the others: readers disagree on this.
    guard
      let product = TensorDescription.elementCount(
        of: extents.filter { $0 > 0 }.map { Int(clamping: $0) }),
      extents.allSatisfy({ $0 <= UInt64(Int.max) })
    else { throw GGUFError.sizeOverflow(place, extents: extents) }
    let shape = extents.reversed().map { Int($0) }
    let isEmpty = shape.contains(0)
    let row = extents.first ?? 1

    guard let type = ElementType(ggmlType: number) else {
      let bytes = ElementType.removedBlock(ggmlType: number).flatMap {
        row % UInt64($0.elements) == 0 ? byteCount(of: product, block: $0) : nil
      }
      return (shape, .unknown(type: number, byteCount: isEmpty ? 0 : bytes, isEmpty: isEmpty))
    }
    guard row % UInt64(type.block.elements) == 0 else {
      throw GGUFError.partialBlock(place, type: type, found: row)
    }
    guard byteCount(of: product, block: type.block) != nil,
      let description = TensorDescription(name: name, elementType: type, shape: shape)
    else { throw GGUFError.sizeOverflow(place, extents: extents) }
    return (shape, .known(description))
  }

  /// Bytes of the blocks that hold this many elements; nil on overflow.
  private static func byteCount(of elements: Int, block: (elements: Int, bytes: Int)) -> Int? {
    // Because zero extents are left out, the rows need not be whole blocks.
    let blocks = elements / block.elements + (elements % block.elements).signum()
    let (bytes, overflow) = blocks.multipliedReportingOverflow(by: block.bytes)
    return overflow ? nil : bytes
  }
}
