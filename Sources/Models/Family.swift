package import Kernels

/// What the models of a family have in common, as data: names, keys of the configuration, forms.
///
/// A new family is a value of this type in a file of its own, and a line in ``known``.
package struct Family: Sendable {
  /// What the keys of `config.json` are called.
  package struct Keys: Sendable {
    package let layers: String
    package let hiddenSize: String
    package let intermediateSize: String
    package let heads: String
    package let keyValueHeads: String
    package let headDimension: String
    package let vocabularySize: String
    package let contextLength: String
    package let normEpsilon: String
    package let activation: String
    package let rotaryBase: String
    package let tiedOutput: String
    package let attentionBias: String
    package let feedForwardBias: String
  }

  /// How the family appears in GGUF.
  package struct GGUF: Sendable {
    /// The value of `general.architecture`, which begins the names of its keys.
    package let architecture: String
    /// What the architecture implies.
    package let activation: Activation
    /// Whether the rows of query and key are stored so that rotary embedding pairs neighbours, and
    /// not the two halves of a head.
    package let pairsNeighbours: Bool
  }

  package enum Norm: Sendable {
    /// Root mean square, no offset.
    case rootMeanSquare
  }

  package enum Positions: Sendable {
    /// Rotary embedding of queries and keys that pairs the two halves of a head.
    case rotaryHalves
  }

  package let name: String
  /// The values of `model_type` that mean this family.
  package let modelTypes: [String]
  package let keys: Keys
  /// Nil where llama.cpp does not have the family, or we do not read it.
  package let gguf: GGUF?
  package let norm: Norm
  package let positions: Positions
  /// Whether the feed-forward layer has a gate beside up.
  package let gated: Bool
  /// The names in `config.json` of the activations that the family may have.
  package let activations: [String: Activation]
  /// By who named them the names of the tensors; `{layer}` stands for the number of the layer.
  package let tensors: [TensorNaming: [TensorRole: String]]

  package static let known: [Family] = [.llama]

  /// The name of the tensor that has a role; nil where the family has none.
  package func tensorName(
    _ role: TensorRole, layer: Int? = nil, _ naming: TensorNaming = .transformers
  ) -> String? {
    guard let template = tensors[naming]?[role] else { return nil }
    let parts = template.split(separator: "{layer}", omittingEmptySubsequences: false)
    return parts.joined(separator: layer.map(String.init) ?? "")
  }
}
