import GGUF
import Glibc
import Tensors

/// Rotary embedding as described by the keys and divisor tensors of a GGUF file.
struct GGUFRotaryKeys {
  private let keys: ConfigurationKeys
  private let source: any TensorSource
  private let headDimension: Int

  init(_ keys: ConfigurationKeys, _ source: any TensorSource, headDimension: Int) {
    self.keys = keys
    self.source = source
    self.headDimension = headDimension
  }

  func read(contextLength: Int) throws(ArchitectureError) -> RotaryPositions {
    let dimension =
      try keys.optional("rope.dimension_count", in: 2...headDimension) ?? headDimension
    guard dimension % 2 == 0 else {
      throw .metadata(
        path: keys.path, key: "\(keys.architecture).rope.dimension_count",
        expected: "an even number", found: "\(dimension)")
    }
    return RotaryPositions(
      base: try keys.positive("rope.freq_base") ?? 10_000, dimension: dimension,
      scaling: try scaling(dimension, contextLength: contextLength))
  }

  private func scaling(
    _ dimension: Int, contextLength: Int
  ) throws(ArchitectureError) -> RotaryScaling {
    let original =
      try keys.optional("rope.scaling.original_context_length", in: 2...1 << 32) ?? contextLength
    let magnitude = try keys.positive("rope.scaling.attn_factor") ?? 1
    if let short = try divisors("rope_factors_short.weight", dimension),
      let long = try divisors("rope_factors_long.weight", dimension)
    {
      return .long(short: short, long: long, original: original, magnitude: magnitude)
    }
    if let divisors = try divisors("rope_freqs.weight", dimension) { return .divisors(divisors) }
    let kind = try keys.string("rope.scaling.type") ?? "none"
    guard kind != "none" else { return .none }
    guard let factor = try keys.positive("rope.scaling.factor") else {
      throw .metadata(
        path: keys.path, key: "\(keys.architecture).rope.scaling.factor",
        expected: "a number above 0", found: "nothing")
    }
    switch kind {
    case "linear": return .linear(factor: factor)
    case "yarn":
      return .yarn(
        factor: factor, fast: try keys.positive("rope.scaling.yarn_beta_fast") ?? 32,
        slow: try keys.positive("rope.scaling.yarn_beta_slow") ?? 1, original: Double(original),
        magnitude: magnitude * (factor <= 1 ? 1 : 0.1 * log(factor) + 1))
    default:
      throw .unsupported(
        path: keys.path, what: "its positions are scaled (rope.scaling.type: \(kind))",
        advice: "only linear and yarn are supported")
    }
  }

  /// Tensor with one number for each pair; nil if it is missing.
  private func divisors(_ name: String, _ dimension: Int) throws(ArchitectureError) -> [Double]? {
    guard let tensor = source.tensor(TensorName(name)) else { return nil }
    guard tensor.shape == [dimension / 2] else {
      throw .shape(
        path: keys.path, tensor: name, expected: [dimension / 2], found: tensor.shape)
    }
    guard tensor.elementType == .f32 else {
      throw .elementType(path: keys.path, tensor: name, found: tensor.elementType.rawValue)
    }
    do {
      let bytes = try source.read(tensor.name)
      let values = tensor.elementType.floats(bytes)
      guard values.allSatisfy({ $0 > 0 && $0.isFinite }) else {
        throw ArchitectureError.unsupported(
          path: keys.path, what: "\(name) has numbers that are not above 0",
          advice: "fetch the file again")
      }
      return values.map(Double.init)
    } catch let error as TensorError {
      throw .tensor(error)
    } catch {
      throw error as? ArchitectureError ?? .tensor(.missing(name: name))
    }
  }
}
