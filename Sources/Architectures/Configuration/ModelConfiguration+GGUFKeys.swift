package import GGUF
import Glibc
package import Tensors

extension ModelConfiguration {
  /// GGUF keys of the model: those that differ from the readers' defaults, and those that its
  /// architecture always states.
  package func keys(_ gguf: Family.GGUF, _ family: Family) -> [(GGUFModelKey, GGUFValue)] {
    GGUFModelKey.allCases.compactMap { key in
      guard !key.isFactor || gguf.optional[key] != nil,
        let (value, isUsual) = value(of: key, family, gguf), !isUsual || gguf.told.contains(key)
      else { return nil }
      return (key, value)
    }
  }

  /// Value of a key, and whether readers assume it by default; nil if the key does not apply.
  private func value(
    of key: GGUFModelKey, _ family: Family, _ gguf: Family.GGUF
  ) -> (value: GGUFValue, isUsual: Bool)? {
    func number(_ value: Int, usual: Int? = nil) -> (GGUFValue, Bool) {
      (.u32(UInt32(clamping: value)), value == usual)
    }
    func float(_ value: Double, usual: Double? = nil) -> (GGUFValue, Bool) {
      (.f32(Float(value)), value == usual)
    }
    switch key {
    case .vocabularySize: return number(vocabularySize, usual: vocabularySize)
    case .contextLength: return number(contextLength)
    case .hiddenSize: return number(hiddenSize)
    case .layers: return number(layers)
    case .intermediateSize: return number(neurons.widest)
    case .activation: return gguf.activationNames[activation].map { (.text($0), true) }
    case .heads: return number(heads)
    case .keyValueHeads: return number(keyValueHeads, usual: heads)
    case .keyLength, .valueLength: return number(headDimension, usual: hiddenSize / heads)
    case .rootMeanSquareEpsilon: return family.norm == .layer ? nil : float(normEpsilon)
    case .layerNormEpsilon: return family.norm == .layer ? float(normEpsilon) : nil
    case .window:
      // Counts as usual in any case: readers of architectures without windows ignore the key.
      let span = spans.compactMap(\.self).max() ?? 0
      let window = family.windowsAreCentred ? max(2 * (span - 1), 0) : span
      return number(window, usual: window)
    case .attentionScale: return float(attentionScale)
    case .biasExponent: return biasExponent.map { float($0) }
    case .projectionLimit: return projectionLimit.map { float($0) }
    case .embeddingScale: return float(embeddingScale)
    case .residualScale: return float(residualScale)
    case .outputScale: return float(gguf.dividesOutput ? 1 / outputScale : outputScale)
    case .attentionSoftCap: return attentionSoftCap.map { float($0) }
    case .outputSoftCap: return outputSoftCap.map { float($0) }
    case .isParallel: return (.bool(isParallel), true)
    case .isCausal: return (.bool(isCausal), isCausal)
    case .windowPattern:
      if case .allButFirstOf = family.windowedLayers {
        return number(windowPeriod, usual: windowPeriod)
      }
      return (.array(.bool(spans.map { $0 != nil })), true)
    case .rotaryBase: return rotary.map { float($0.base, usual: 10_000) }
    case .windowedRotaryBase: return windowedRotary.map { float($0.base, usual: 10_000) }
    case .rotaryDimension: return rotary.map { number($0.dimension, usual: headDimension) }
    case .scaling, .scalingFactor, .scalingOriginal, .scalingMagnitude:
      return scalingValue(of: key)
    }
  }

  private func scalingValue(of key: GGUFModelKey) -> (value: GGUFValue, isUsual: Bool)? {
    func float(_ value: Double, usual: Double? = nil) -> (GGUFValue, Bool) {
      (.f32(Float(value)), value == usual)
    }
    func length(_ value: Double) -> (GGUFValue, Bool) { (.u32(UInt32(min(value, 4e9))), false) }
    switch (rotary?.scaling, key) {
    case (.some(.none), .scaling): return (.text("none"), true)
    case (.linear, .scaling): return (.text("linear"), false)
    case (.linear(let factor), .scalingFactor): return float(factor)
    case (.yarn, .scaling): return (.text("yarn"), false)
    case (.yarn(let factor, _, _, _, _, _), .scalingFactor): return float(factor)
    case (.yarn(_, _, _, let original, _, _), .scalingOriginal): return length(original)
    case (.yarn(let factor, _, _, _, let magnitude, _), .scalingMagnitude):
      // Readers multiply by the usual magnitude themselves.
      return float(magnitude / (factor <= 1 ? 1 : 0.1 * log(factor) + 1), usual: 1)
    case (.long(_, _, let original, _), .scalingOriginal): return length(Double(original))
    case (.long(_, _, _, let magnitude), .scalingMagnitude): return float(magnitude)
    case (_, .scalingOriginal): return (length(Double(contextLength)).0, true)
    default: return nil
    }
  }

  /// Tensors with which a GGUF file scales positions.
  package var rotaryTensors: [(name: TensorName, values: [Float])] {
    switch rotary?.scaling {
    case .llama3:
      guard let rotary else { return [] }
      return [(TensorName("rope_freqs.weight"), rotary.convertedDivisors)]
    case .long(let short, let long, _, _):
      return [
        (TensorName("rope_factors_long.weight"), long.map { Float($0) }),
        (TensorName("rope_factors_short.weight"), short.map { Float($0) }),
      ]
    default: return []
    }
  }
}

extension RotaryPositions {
  /// Divisor of each frequency, computed with the steps and the precision of llama.cpp's converter.
  fileprivate var convertedDivisors: [Float] {
    guard case .llama3(let factor, let low, let high, let original) = scaling else { return [] }
    return stride(from: 0, to: dimension, by: 2).map { index in
      let frequency = 1 / powf(Float(base), Float(index) / Float(dimension))
      let length = Float(2 * Double.pi) / frequency
      if length < Float(original / high) { return 1 }
      if length > Float(original / low) { return Float(factor) }
      let share = (Float(original) / length - Float(low)) / Float(high - low)
      return 1 / ((1 - share) / Float(factor) + share)
    }
  }
}
