import Kernels

extension ElementType {
  /// Whether floats can be encoded as it.
  package var isEncodable: Bool {
    switch self {
    case .f32, .f16, .bf16, .q80, .q40, .q41, .q50, .q51: true
    default: false
    }
  }

  /// Encodes floats in a type that ``isEncodable``.
  ///
  /// Rounds to nearest, ties to even; quantised bytes are identical to those of the package gguf.
  ///
  /// - Parameter values: whole blocks.
  /// - Returns: the blocks, little-endian.
  package func encode(_ values: [Float]) -> [UInt8] {
    switch self {
    case .f32: return Narrowing.float32(values)
    case .f16: return Narrowing.float16(values)
    case .bf16: return Narrowing.bfloat16(values)
    default: break
    }
    precondition(values.count % block.elements == 0, "\(values.count) values are no whole blocks")
    var bytes = [UInt8](repeating: 0, count: values.count / block.elements * block.bytes)
    var span = bytes.mutableSpan
    switch self {
    case .q40: SimpleBlocks.encodeQ40(values, into: &span)
    case .q41: SimpleBlocks.encodeQ41(values, into: &span)
    case .q50: SimpleBlocks.encodeQ50(values, into: &span)
    case .q51: SimpleBlocks.encodeQ51(values, into: &span)
    case .q80: SimpleBlocks.encodeQ80(values, into: &span)
    default: preconditionFailure("\(rawValue) cannot be encoded")
    }
    return bytes
  }
}
