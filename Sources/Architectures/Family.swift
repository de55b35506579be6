package import JSON

package import enum Kernels.Activation

/// What the models of a family have in common, as data: names, keys of the configuration, forms.
///
/// A new family is a value of this type in a file of its own, and a line in ``known``.
package struct Family: Sendable {
  /// How the family appears in GGUF.
  package struct GGUF: Sendable {
    /// The value of `general.architecture`, which begins the names of its keys.
    package var architecture: String
    /// What the architecture implies.
    package var activation: Activation
    /// Numbers of layers whose models divide scores by the root of `hidden size / heads`, where
    /// that is not the head dimension.
    package var layersScaledByWidth: Set<Int> = []
    /// Keys that files of the architecture have also where they say what is usual.
    package var told: Set<GGUFModelKey> = []
    /// How far its positions can be scaled with tensors of divisors.
    package var divisors = Divisors.none
    /// Whether a part of a head's dimensions may turn.
    package var rotatesParts = false
    /// The architecture in which the same tensors may have another width in each layer.
    package var mixed: String?

    /// Which tensors an architecture divides frequencies by.
    package enum Divisors: Sendable {
      case none
      /// One for all windows.
      case single
      /// One for short windows and one for long ones.
      case byLength
    }

    /// What scores of attention are multiplied by.
    func attentionScale(
      layers: Int, hiddenSize: Int, heads: Int, headDimension: Int
    ) -> Double {
      let scalar =
        layersScaledByWidth.contains(layers)
        ? Double(hiddenSize) / Double(heads) : Double(headDimension)
      return 1 / scalar.squareRoot()
    }
  }

  /// Something that all models of the family have, that none has, or that a key tells.
  package enum Flag: Sendable {
    case always
    case never
    case key(String, otherwise: Bool)
  }

  package enum Norm: String, Sendable, CaseIterable {
    case rootMeanSquare = "rms"
    case layer
  }

  package enum Positions: Sendable {
    /// Rotary embedding of queries and keys.
    case rotary
    /// A row of an embedding for each position, from this row on.
    case learned(first: Int)
  }

  /// Which layers see only a window of positions, where the configuration has a window.
  package enum WindowedLayers: Sendable {
    case all
    /// Those from a number on, if a flag says so.
    case from(key: String, flag: String)
    /// All but every n-th; the key may say another n.
    case allButEvery(Int, key: String?)
  }

  package var name: String
  /// The values of `model_type` that mean this family.
  package var modelTypes: [String]
  package var keys = FamilyKeys()
  /// Keys that must have these values if they are there: what is not known here.
  package var requirements: [String: JSONValue] = [:]
  /// Nil where llama.cpp does not have the family, or we do not read it.
  package var gguf: GGUF?
  package var norm = Norm.rootMeanSquare
  package var positions = Positions.rotary
  /// Whether positions see those behind them, and nothing predicts the next token.
  package var isEncoder = false
  /// Whether the feed-forward layer has a gate beside up.
  package var gated = true
  /// H as a multiple of D where the configuration does not say it.
  package var widthFactor: Int?
  /// Whether the feed-forward network reads what attention reads, and not what attention has joined.
  package var isParallel = Flag.never
  package var tiedOutput = Flag.key("tie_word_embeddings", otherwise: false)
  /// Of query, key and value.
  package var attentionBias = Flag.never
  package var attentionOutputBias = Flag.never
  package var feedForwardBias = Flag.never
  package var windowedLayers = WindowedLayers.all
  /// Base and share of the rotation where the configuration does not say them.
  package var rotaryBase = 10_000.0
  package var rotaryFraction = 1.0
  /// What windowed layers rotate by, where they do it in their own way.
  package var windowedRotaryBase: String?
  /// Whether norms of queries and keys run over all heads together, and not over each.
  package var normsWholeHeads = false
  /// Whether embeddings are multiplied by √D.
  package var scalesEmbedding = false
  /// The names in `config.json` of the activations that the family may have.
  package var activations = Self.usualActivations
  package var layouts: [TensorNaming: TensorLayout]

  package static let usualActivations: [String: Activation] = [
    "silu": .silu, "swish": .silu, "gelu": .gelu, "gelu_new": .geluTanh,
    "gelu_pytorch_tanh": .geluTanh, "gelu_fast": .geluTanh, "relu": .relu,
  ]

  package static let known: [Family] = [
    .llama, .mistral, .qwen2, .qwen3, .gemma, .gemma2, .gemma3, .phi3, .gpt2, .gptNeoX, .opt,
    .starcoder2, .olmo2, .bert,
  ]

  /// The canonical name of the tensor that has a role; nil where the family has none.
  package func tensorName(
    _ role: TensorRole, layer: Int? = nil, _ naming: TensorNaming = .transformers
  ) -> String? {
    layouts[naming]?.name(role, layer: layer)
  }

  /// The row of the embedding of positions that the first position has.
  package var firstPosition: Int { if case .learned(let first) = positions { first } else { 0 } }
}
