import GGUF
import Glibc
import Tensors

/// Rotary embedding as described by the keys and divisor tensors of a GGUF file.
struct GGUFRotaryKeys {
  private let keys: ConfigurationKeys
  private let source: any TensorSource
  private let headDimension: Int
  private let contextLength: Int

  init(
    _ keys: ConfigurationKeys, _ source: any TensorSource, headDimension: Int, contextLength: Int
  ) {
    self.keys = keys
    self.source = source
    self.headDimension = headDimension
    self.contextLength = contextLength
  }

  func read() throws(ArchitectureError) -> RotaryPositions {
    let dimension =
      try keys.optional("rope.dimension_count", in: 2...headDimension) ?? headDimension
    guard dimension % 2 == 0 else {
      throw refusal("rope.dimension_count", expected: "an even number", found: "\(dimension)")
    }
    var positions = RotaryPositions(
      base: try keys.positive("rope.freq_base") ?? 10_000, dimension: dimension,
      divisors: try divisors("rope_freqs.weight", dimension) ?? [])
    positions.scaling = try scaling(positions)
    switch positions.scaling {
    case .none, .linear, .llama3, .dynamic: positions.magnitude = try magnitude()
    case .yarn, .long: break
    }
    return positions
  }

  /// Rotation of the layers with windows.
  func windowed(
    _ gguf: Family.GGUF, _ family: Family, _ others: RotaryPositions
  ) throws(ArchitectureError) -> RotaryPositions {
    let base = try keys.positive("rope.freq_base_swa")
    switch family.windowedRotaryBase == nil ? gguf.windowedRotation : .own {
    case .same:
      var positions = others
      positions.base = base ?? others.base
      return positions
    case .unscaled: return RotaryPositions(base: others.base, dimension: others.dimension)
    case .own:
      return RotaryPositions(
        base: base ?? 10_000, dimension: others.dimension, magnitude: try magnitude())
    }
  }

  private func magnitude() throws(ArchitectureError) -> Double {
    try keys.positive("rope.scaling.attn_factor") ?? 1
  }

  /// Factor by which positions are divided; 1 where llama.cpp finds none.
  private func factor() throws(ArchitectureError) -> Double {
    // The second name is that of old files.
    for name in ["rope.scaling.factor", "rope.scale_linear"] {
      guard let stated = try keys.double(name) else { continue }
      return stated == 0 ? 1 : try keys.positive(name) ?? 1
    }
    return 1
  }

  private func scaling(_ positions: RotaryPositions) throws(ArchitectureError) -> RotaryScaling {
    let dimension = positions.dimension
    let stated = try keys.optional("rope.scaling.original_context_length", in: 0...1 << 32)
    // 0 stands for the whole context.
    let original = stated.flatMap { $0 == 0 ? nil : $0 } ?? contextLength
    let kind = try keys.string("rope.scaling.type") ?? "linear"
    let factor = kind == "none" ? 1 : try factor()
    if let (short, long) = try divisorsByLength(dimension) {
      guard positions.divisors.isEmpty, kind != "yarn" else {
        throw .unsupported(
          path: keys.path,
          what: "rope_factors_long.weight comes with "
            + (kind == "yarn" ? "rope.scaling.type yarn" : "rope_freqs.weight"),
          advice: "no reader combines them")
      }
      return .long(
        short: short.map { $0 * factor }, long: long.map { $0 * factor }, original: original,
        magnitude: try magnitude())
    }
    switch kind {
    case "none": return .none
    case "linear", "longrope": return factor == 1 ? .none : .linear(factor: factor)
    case "yarn":
      try checkSpeeds()
      return .yarn(
        factor: factor, fast: 32, slow: 1, original: Double(original),
        magnitude: try magnitude() * (factor <= 1 ? 1 : 0.1 * log(factor) + 1))
    default:
      throw .unsupported(
        path: keys.path, what: "its positions are scaled (rope.scaling.type: \(kind))",
        advice: "only linear, yarn and longrope are supported")
    }
  }

  /// Throws for speeds of YaRN other than the usual ones, which llama.cpp takes for any file.
  private func checkSpeeds() throws(ArchitectureError) {
    for (name, usual) in [
      ("rope.scaling.yarn_beta_fast", 32.0), ("rope.scaling.yarn_beta_slow", 1),
    ] {
      guard let found = try keys.double(name), found != usual else { continue }
      throw refusal(name, expected: "\(usual), which llama.cpp assumes", found: "\(found)")
    }
  }

  private func divisorsByLength(
    _ dimension: Int
  ) throws(ArchitectureError) -> (short: [Double], long: [Double])? {
    let names = ["rope_factors_short.weight", "rope_factors_long.weight"]
    let found = try names.map { (name) throws(ArchitectureError) in try divisors(name, dimension) }
    guard let short = found[0], let long = found[1] else {
      if let missing = found.firstIndex(where: { $0 == nil }), found[1 - missing] != nil {
        throw .missingTensor(path: keys.path, name: names[missing])
      }
      return nil
    }
    return (short, long)
  }

  private func refusal(_ key: String, expected: String, found: String) -> ArchitectureError {
    .metadata(
      path: keys.path, key: "\(keys.architecture).\(key)", expected: expected, found: found)
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
