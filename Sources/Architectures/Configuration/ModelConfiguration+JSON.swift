package import JSON

import enum Kernels.Activation

extension ModelConfiguration {
  /// Reads `config.json` by the keys of a family.
  ///
  /// - Parameters:
  ///   - document: `config.json`, or the part of it that describes the language model.
  ///   - family: family of the model.
  ///   - known: widths of the first layers, which the family states in ways of its own; empty for
  ///     those of its key. Further layers are taken to have the last one.
  /// - Throws: ``JSONFieldError`` for missing or invalid keys.
  package init(
    _ document: JSONValue, family: Family, widths known: [Int] = []
  ) throws(JSONFieldError) {
    let root = JSONField(family.completed(document))
    let keys = family.keys
    for (key, requirement) in family.requirements.sorted(by: { $0.key < $1.key }) {
      guard let field = try root.optional(key), field.value != requirement.value else { continue }
      throw field.mismatch(
        expected: "\(JSONWriter.text(requirement.value)), because models of the family with "
          + "\(requirement.others) are not supported", isUnsupported: true)
    }
    try Self.requireHiddenSize(root, family)
    // Far above any model, and small enough that no product below overflows.
    let sizes = 1...1 << 24
    layers = try root.member(keys.layers).int(in: 1...1 << 16)
    hiddenSize = try root.member(keys.hiddenSize).int(in: sizes)
    if let last = known.last {
      neurons = NeuronCounts((0..<layers).map { $0 < known.count ? known[$0] : last })
    } else {
      neurons = NeuronCounts(
        try Self.width(root, family, hiddenSize, in: sizes), layers: layers)
    }
    heads = try root.member(keys.heads).int(in: 1...hiddenSize)
    let groups = family.sharesOneKey ? nil : try root.optional(keys.keyValueHeads)
    keyValueHeads = family.sharesOneKey ? 1 : try groups?.int(in: 1...heads) ?? heads
    if let groups, heads % keyValueHeads != 0 {
      throw groups.mismatch(expected: "a divisor of \(heads) heads")
    }
    headDimension = try Self.headDimension(root, family, hiddenSize: hiddenSize, heads: heads)
    vocabularySize = try root.member(keys.vocabularySize).int(in: sizes)
    let unused = family.countsUnusedPositions ? family.firstPosition : 0
    contextLength =
      try root.member(keys.contextLength).int(in: 2 + unused...1 << 32) - unused
    if let key = keys.normEpsilon {
      let epsilon = try root.member(key)
      normEpsilon = try epsilon.double()
      guard normEpsilon >= 0 else { throw epsilon.mismatch(expected: "a number of at least 0") }
    } else {
      normEpsilon = 1e-5
    }
    activation = try Self.activation(root, family)
    tiedOutput = try family.tiedOutput.value(root)
    biases = try Self.biases(root, family)
    bareNorms = family.bareNorms
    if case .rotary = family.positions {
      let positions = RotaryFields(
        root, family, headDimension: headDimension, contextLength: contextLength)
      rotary = try positions.read(as: "full_attention")
      windowedRotary = try family.windowedRotaryBase.map { (base) throws(JSONFieldError) in
        try positions.read(as: "sliding_attention", base: base)
      }
    } else {
      rotary = nil
      windowedRotary = nil
    }
    biasExponent = if case .linearBiases = family.positions { 8 } else { nil }
    let windows = WindowFields(root, family)
    spans = try windows.spans(family.windowedLayers, layers: layers)
    unrotated = try windows.unrotated(family.unrotatedLayers, spans)
    let scalar = try root.positive(keys.attentionScalar)
    let factor = try root.positive(keys.attentionFactor)
    attentionScale =
      family.attentionScale ?? factor ?? 1 / (scalar ?? Double(headDimension)).squareRoot()
    attentionSoftCap = try root.positive(keys.attentionSoftCap)
    outputSoftCap = try root.positive(keys.outputSoftCap)
    projectionLimit = try root.positive(keys.projectionLimit)
    let ownScale = family.scalesEmbedding ? Double(hiddenSize).squareRoot() : 1
    embeddingScale = try root.positive(keys.embeddingFactor) ?? ownScale
    residualScale = try root.positive(keys.residualFactor) ?? 1
    let divisor = try root.positive(keys.outputDivisor) ?? 1
    outputScale = try root.positive(keys.outputFactor) ?? 1 / divisor
    let looksBack = try Self.isCausal(root, family, spans)
    isCausal = looksBack && !family.isEncoder
    tokenTypes = try root.optional(keys.tokenTypes)?.int(in: 0...1 << 16) ?? 0
    isParallel = try family.isParallel.value(root)
  }

  private static func width(
    _ root: JSONField, _ family: Family, _ hiddenSize: Int, in range: ClosedRange<Int>
  ) throws(JSONFieldError) -> Int {
    let key = family.keys.intermediateSize
    if let factor = family.widthFactor, try root.optional(key) == nil {
      return factor * hiddenSize
    }
    return try root.member(key ?? FamilyKeys.usualWidth).int(in: range)
  }

  private static func isCausal(
    _ root: JSONField, _ family: Family, _ spans: [Int?]
  ) throws(JSONFieldError) -> Bool {
    guard let field = try root.optional(family.keys.causal), try !field.bool() else { return true }
    var isPlain = spans.allSatisfy { $0 == nil }
    if case .linearBiases = family.positions { isPlain = false }
    guard isPlain else {
      throw field.mismatch(
        expected: "true, because distances of later tokens are not supported",
        isUnsupported: true)
    }
    return false
  }

  /// Refuses projections between the embedding and the hidden states.
  private static func requireHiddenSize(
    _ root: JSONField, _ family: Family
  ) throws(JSONFieldError) {
    guard let field = try root.optional(family.keys.embeddingSize) else { return }
    let size = try root.member(family.keys.hiddenSize).value
    guard field.value != size else { return }
    throw field.mismatch(
      expected: "\(JSONWriter.text(size)), the \(family.keys.hiddenSize)", isUnsupported: true)
  }

  private static func headDimension(
    _ root: JSONField, _ family: Family, hiddenSize: Int, heads: Int
  ) throws(JSONFieldError) -> Int {
    let keys = family.keys
    let dimension: Int
    if let field = try root.optional(keys.headDimension) {
      dimension = try field.int(in: 2...1 << 16)
    } else {
      guard hiddenSize % heads == 0 else {
        throw JSONFieldError(
          field: keys.heads, expected: "a divisor of \(keys.hiddenSize), \(hiddenSize)",
          found: "\(heads)")
      }
      dimension = hiddenSize / heads
    }
    // Transformers rotates by this key even where it does not size heads by it.
    if keys.headDimension == nil, case .rotary = family.positions,
      let field = try root.optional("head_dim"),
      field.value.int != dimension
    {
      throw field.mismatch(
        expected: "\(dimension), \(keys.hiddenSize) by \(keys.heads)", isUnsupported: true)
    }
    guard dimension % 2 == 0, dimension > 0 else {
      throw JSONFieldError(
        field: keys.headDimension ?? keys.heads,
        expected: keys.headDimension == nil
          ? "heads of an even number of dimensions" : "an even number", found: "\(dimension)")
    }
    return dimension
  }

  private static func activation(
    _ root: JSONField, _ family: Family
  ) throws(JSONFieldError) -> Activation {
    if let activation = family.activation { return activation }
    let names = family.keys.activation
    var field: JSONField?
    for name in names where field == nil { field = try root.optional(name) }
    if field == nil { field = try root.member(names[names.count - 1]) }
    guard let stated = field, let activation = family.activations[try stated.string()] else {
      let known = family.activations.keys.sorted().joined(separator: " or ")
      throw (field ?? root).mismatch(
        expected: "an activation known for \(family.name): \(known)", isUnsupported: true)
    }
    return activation
  }

  private static func biases(
    _ root: JSONField, _ family: Family
  ) throws(JSONFieldError) -> Set<TensorRole> {
    var biases: Set<TensorRole> = []
    if try family.attentionBias.value(root) {
      biases.formUnion([.queryBias, .keyBias, .valueBias, .queryKeyValueBias])
    }
    if try family.attentionOutputBias.value(root) { biases.insert(.attentionOutputBias) }
    if try family.feedForwardBias.value(root) {
      biases.formUnion([.gateBias, .upBias, .downBias])
    }
    if family.outputBias { biases.insert(.outputBias) }
    if family.norm == .layer, family.normBiases {
      biases.formUnion(TensorRole.allCases.filter(\.isNorm).compactMap(\.bias))
    }
    return biases
  }
}

extension Family.Flag {
  fileprivate func value(_ root: JSONField) throws(JSONFieldError) -> Bool {
    switch self {
    case .always: true
    case .never: false
    case .key(let key, let otherwise): try root.optional(key)?.bool() ?? otherwise
    }
  }
}

extension JSONField {
  /// Member of a key that a family may lack; nil if absent or null.
  fileprivate func optional(_ name: String?) throws(JSONFieldError) -> JSONField? {
    guard let name else { return nil }
    return try optional(name)
  }

  /// Member of a key that a family may lack, above 0; nil if absent or null.
  fileprivate func positive(_ name: String?) throws(JSONFieldError) -> Double? {
    guard let name else { return nil }
    return try positive(name)
  }

  /// Member above 0; nil if absent or null.
  func positive(_ name: String) throws(JSONFieldError) -> Double? {
    guard let field = try optional(name) else { return nil }
    let value = try field.double()
    guard value > 0 else { throw field.mismatch(expected: "a number above 0") }
    return value
  }
}
