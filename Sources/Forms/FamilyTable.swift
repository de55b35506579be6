package import Architectures
import JSON

import enum Kernels.Activation

/// Table of `docs/families.md` in Markdown: what can be done with each family, from its description.
package enum FamilyTable {
  package static func text(_ families: [Family] = Family.known) -> String {
    let header = [
      "family", "`model_type`", "GGUF", "partition", "evaluate", "one expert", "all, with routers",
      "GGUF export", "unlike LLaMA", "refused",
    ]
    let rows = [header, header.map { _ in "---" }] + families.map(row)
    return rows.map { "| " + $0.joined(separator: " | ") + " |\n" }.joined()
  }

  private static func row(_ family: Family) -> [String] {
    let hasDecoder = !family.isEncoder && family.unrun == nil
    let types = family.modelTypes.map { "`\($0)`" }.joined(separator: ", ")
    return [
      family.title, types, family.gguf.map { "`\($0.architecture)`" } ?? "–",
      family.unrun == nil ? "yes" : "by weights or statistics", word(hasDecoder),
      word(family.keys.intermediateSize != nil || family.layerWidths != .single),
      word(ModuleLayout(family) != nil),
      word(family.gguf != nil && family.unrun == nil), features(family).joined(separator: "; "),
      refusals(family),
    ]
  }

  private static func word(_ isPossible: Bool) -> String { isPossible ? "yes" : "–" }

  /// Keys with values that are refused, and what models with them have.
  private static func refusals(_ family: Family) -> String {
    let own = family.requirements.filter { key, requirement in
      // Another family has these models.
      !Family.known.contains {
        $0.modelTypes == family.modelTypes && $0.requirements[key].map(\.value) != requirement.value
      }
    }
    return own.sorted { $0.key < $1.key }.map { "`\($0)`: \($1.others)" }.joined(separator: "; ")
  }

  /// What a layer has that those of LLaMA lack, or lacks.
  private static func features(_ family: Family) -> [String] {
    let layout = family.layouts[.transformers] ?? .nameless
    func has(_ role: TensorRole) -> Bool { layout.names[role] != nil }
    func when(_ condition: Bool, _ text: String) -> [String] { condition ? [text] : [] }
    let widths = when(family.layerWidths != .single, "layers of different widths")
    if let unrun = family.unrun { return [unrun] + widths }
    var features: [String] = []
    features += when(family.isEncoder, "encoder")
    features += norms(family, layout)
    let hasOne = layout.names[.attentionNorm] == layout.names[.feedForwardNorm]
    features += when(
      family.isParallel == .always, "parallel branches after \(hasOne ? "one norm" : "two norms")")
    if case .key = family.isParallel { features.append("branches parallel or serial") }
    features += when(!family.gated, "no gate") + activation(family)
    features += positions(family, layout)
    features += when(family.keys.window != nil && !refusesWindows(family), "windows")
    features += when(
      has(.queryNorm),
      "norms of queries and keys" + (family.normsFollowRotation ? " after the rotation" : ""))
    features += when(family.sharesOneKey, "one key for all heads")
    features += when(family.keys.projectionLimit != nil, "limited queries, keys and values")
    features += when(family.scalesEmbedding, "scaled embeddings")
    features += factors(family.keys)
    features += when(
      family.keys.attentionSoftCap != nil || family.keys.outputSoftCap != nil, "soft caps")
    features += when(family.attentionScale != nil, "unscaled attention")
    features += biases(family)
    features += when(has(.queryKeyValue) || has(.gateUp), "fused projections")
    features += when(layout.isTransposed, "transposed projections")
    return features + widths
  }

  private static func norms(_ family: Family, _ layout: TensorLayout) -> [String] {
    var features: [String] = []
    switch family.norm {
    case .rootMeanSquare: break
    case .layer where family.bareNorms.contains(.attentionNorm):
      features.append("LayerNorm without weights")
    case .layer: features.append(family.normBiases ? "LayerNorm" : "LayerNorm without biases")
    }
    if layout.normOffset != 0 { features.append("norms around 1") }
    if layout.names[.feedForwardOutputNorm] != nil {
      let isOnly = layout.names[.feedForwardNorm] == nil
      features.append("norms \(isOnly ? "" : "before and ")after both networks")
    }
    if layout.names[.feedForwardStreamNorm] != nil { features.append("norms of the stream") }
    if layout.names[.embeddingNorm] != nil { features.append("a norm of embeddings") }
    return features
  }

  private static func activation(_ family: Family) -> [String] {
    let stated = family.keys.activation.lazy.compactMap { family.defaults[$0]?.string }.first
    let activation =
      family.activation ?? family.gguf?.activation ?? stated.flatMap { family.activations[$0] }
    switch activation {
    case .silu?, nil: return []
    case .gelu?, .geluTanh?: return ["GELU"]
    case .relu?: return ["ReLU"]
    case .reluSquared?: return ["squared ReLU"]
    case .xielu?: return ["xIELU"]
    }
  }

  /// Whether only models whose windows are turned off are read.
  private static func refusesWindows(_ family: Family) -> Bool {
    guard case .from(_, let flag) = family.windowedLayers else { return false }
    return family.requirements[flag]?.value == .bool(false)
  }

  private static func positions(_ family: Family, _ layout: TensorLayout) -> [String] {
    switch family.positions {
    case .learned: return ["learned positions"]
    case .linearBiases: return ["linear biases of attention"]
    case .rotary: break
    }
    var features: [String] = []
    if family.keys.rotaryFraction != nil || family.keys.rotaryDimension != nil {
      features.append("rotation of a part of a head")
    }
    if layout.pairsNeighbours { features.append("rotation of neighbouring pairs") }
    if family.windowedRotaryBase != nil { features.append("two rotations") }
    switch family.unrotatedLayers {
    case .none: break
    case .listed, .unwindowed: features.append("layers without positions")
    }
    return features
  }

  private static func factors(_ keys: FamilyKeys) -> [String] {
    let named: [(key: String?, name: String)] = [
      (keys.embeddingFactor, "embeddings"), (keys.residualFactor, "branches"),
      (keys.attentionFactor ?? keys.attentionScalar, "attention scores"),
      (keys.outputFactor ?? keys.outputDivisor, "logits"),
    ]
    let names = named.filter { $0.key != nil }.map(\.name)
    return names.isEmpty ? [] : ["factors of " + names.joined(separator: ", ")]
  }

  private static func biases(_ family: Family) -> [String] {
    switch (isUsual(family.attentionBias), isUsual(family.feedForwardBias)) {
    case (true, true): ["biases"]
    case (true, false): ["biases of queries, keys and values"]
    case (false, true): ["biases of the network"]
    case (false, false): []
    }
  }

  private static func isUsual(_ flag: Family.Flag) -> Bool {
    switch flag {
    case .always: true
    case .never: false
    case .key(_, let otherwise): otherwise
    }
  }
}
