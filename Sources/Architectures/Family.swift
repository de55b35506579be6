package import JSON

package import enum Kernels.Activation

/// Description of a family of models as data: tensor names, configuration keys, architecture.
///
/// A new family is a value of this type in a file of its own, and an entry in ``known``.
package struct Family: Sendable {
  /// Description of the family in GGUF.
  package struct GGUF: Sendable {
    /// Value of `general.architecture`, which also begins the names of its keys.
    package var architecture: String
    /// Activation implied by the architecture.
    package var activation: Activation
    /// Names of activations that a key may state instead.
    package var activationNames: [Activation: String] = [:]
    /// Layer counts of the models that divide attention scores by the root of `hidden size / heads`
    /// instead of that of the head dimension.
    package var layersScaledByWidth: Set<Int> = []
    /// Keys that files of the architecture contain even with usual values.
    package var told: Set<GGUFModelKey> = []
    /// Tensors of frequency divisors that the architecture supports.
    package var divisors = Divisors.none
    /// Whether the rotation may cover only part of a head's dimensions.
    package var rotatesParts = false
    /// Architecture for the same tensors with a different width in each layer.
    package var mixed: String?
    /// Period of the layers without a window, if no key states one; nil if llama.cpp gives the
    /// architecture no windows.
    package var windowPeriod: Int?
    /// Layer counts of the models to which llama.cpp gives windows; nil for any.
    package var windowedCounts: Set<Int>?
    /// Whether readers fail without a window.
    package var assumesWindow = false
    /// Rotation of the layers with windows, if it differs.
    package var windowedRotation = WindowedRotation.same
    /// Keys with a meaning only in some architectures that this one reads, with llama.cpp's values
    /// for files without them; nil for none.
    package var optional: [GGUFModelKey: Double?] = [:]
    /// Whether logits are divided by the key of their factor.
    package var dividesOutput = false
    /// Whether attention and the feed-forward network read the same residual stream, without a key.
    package var isParallel = false

    /// Output projection besides the embedding.
    package var output = Presence.optional
    /// Biases of the attention output and of the feed-forward network.
    package var outputBiases = Presence.optional

    /// Tensors with which llama.cpp loads the architecture.
    package enum Presence: Sendable {
      case optional
      case required
      case absent
    }

    /// Rotation of layers with windows.
    package enum WindowedRotation: Sendable {
      /// That of the other layers, whose base a key may change.
      case same
      /// The base of the other layers without their scaling.
      case unscaled
      /// A base of its own, 10 000 without a key, and no scaling.
      case own
    }

    /// Tensors that divide rotary frequencies.
    package enum Divisors: Sendable {
      case none
      /// One for all windows.
      case single
      /// One for short windows and one for long ones.
      case byLength
    }

    /// Factor of the attention scores.
    func attentionScale(
      layers: Int, hiddenSize: Int, heads: Int, headDimension: Int
    ) -> Double {
      let scalar =
        layersScaledByWidth.contains(layers)
        ? Double(hiddenSize) / Double(heads) : Double(headDimension)
      return 1 / scalar.squareRoot()
    }
  }

  /// Attributes of Transformers' modules that do not follow from the names of tensors.
  package struct Modules: Sendable {
    /// The activation, in the module that holds the projections.
    package let activation: String
    /// The dropout of the output, in the same module; nil if that module has none.
    package let dropout: String?
    /// Whether that module also adds the residual stream, its second argument.
    package let addsStream: Bool

    init(activation: String, dropout: String? = nil, addsStream: Bool = false) {
      self.activation = activation
      self.dropout = dropout
      self.addsStream = addsStream
    }
  }

  /// Value of a key, and what models with others have, which is not supported.
  package struct Requirement: Sendable {
    package let value: JSONValue
    package let others: String

    static func only(_ value: JSONValue, not others: String) -> Requirement {
      Requirement(value: value, others: others)
    }
  }

  /// Property of all models of a family, of none, or as stated by a key.
  package enum Flag: Sendable, Equatable {
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
    /// One embedding row for each position; position 0 has row `first`.
    case learned(first: Int)
    /// Terms of attention scores that grow with the distance (ALiBi, arXiv 2108.12409).
    case linearBiases
  }

  /// Layers that attend to a window only, if the configuration has a window.
  package enum WindowedLayers: Sendable {
    case all
    /// Layers from a number on, if a flag is set.
    case from(key: String, flag: String)
    /// All but every n-th; the key may override n.
    case allButEvery(Int, key: String?)
    /// All but the first of every n.
    case allButFirstOf(Int, key: String)
    /// All layers that `layer_types` does not except.
    case listed
    /// Those that are `local` in a list of kinds, or in repeated patterns of them.
    case local(kinds: String, patterns: String)
  }

  /// Layers whose queries and keys are not rotated.
  package enum UnrotatedLayers: Sendable {
    case none
    /// Those with 0 in a list, or every n-th; a second key may override n.
    case listed(key: String, interval: String, usual: Int)
    /// Those without a window in a model with windows.
    case unwindowed
  }

  /// Rotary base of layers with windows that have their own.
  package struct WindowedBase: Sendable {
    /// Nil if only `rope_parameters` may state it.
    var key: String?
    var usual: Double
  }

  package var name: String
  /// The models, by the names that their makers give them.
  package var title: String
  /// Values of `model_type` for this family.
  package var modelTypes: [String]
  /// Values of `model_type` for the same language model in a model of several senses.
  package var wrappedTypes: [String] = []
  /// Transformers' values of missing keys that differ in these models.
  package var wrappedDefaults: [String: JSONValue] = [:]
  /// Member of `config.json` that describes the language model of such a model; nil for the document
  /// as a whole.
  package var wrapper: String?
  package var keys = FamilyKeys()
  /// Other names of keys that Transformers takes for the family's.
  package var aliases: [String: String] = [:]
  /// Member of `config.json` that holds some of the keys; nil if none does.
  package var keyGroup: String?
  /// Transformers' values of keys that are missing from `config.json`.
  package var defaults: [String: JSONValue] = [:]
  /// Keys that must have these values if present; others are not supported.
  ///
  /// They tell families with the same `model_type` apart.
  package var requirements: [String: Requirement] = [:]
  /// What layers have that are not run; nil for a family that is run.
  package var unrun: String?
  /// Nil if llama.cpp does not support the family, or dynamoe does not read it from GGUF.
  package var gguf: GGUF?
  package var norm = Norm.rootMeanSquare
  /// Whether norms have biases, if they are of the kind that may.
  package var normBiases = true
  /// Norms without weights, which have names all the same.
  package var bareNorms: Set<TensorRole> = []
  /// Roles that the first layer lacks.
  package var absentInFirst: Set<TensorRole> = []
  /// Whether the output projection has a bias.
  package var outputBias = false
  package var positions = Positions.rotary
  /// Whether the length that the configuration states counts the rows before the first position.
  package var countsUnusedPositions = false
  /// Whether positions also attend to later ones, so that nothing predicts the next token.
  package var isEncoder = false
  /// Whether the feed-forward layer has a gate projection.
  package var gated = true
  package var layerWidths = LayerWidths.single
  /// Other keys that an expert needs for its width, and those that it must lack.
  package var widthSettings: [String: JSONValue?] = [:]
  package var feedForwardMatrices: Int { FeedForwardPart.matrixCount(gated: gated) }
  /// H as a multiple of D, for a configuration without H.
  package var widthFactor: Int?
  /// Whether the feed-forward network reads the residual stream before attention instead of after
  /// it.
  package var isParallel = Flag.never
  /// Whether all heads share one key and value, whatever the configuration says.
  package var sharesOneKey = false
  /// Factor of attention scores that no key states; nil for the usual one.
  package var attentionScale: Double?
  package var tiedOutput = Flag.key("tie_word_embeddings", otherwise: false)
  /// Biases of query, key and value.
  package var attentionBias = Flag.never
  package var attentionOutputBias = Flag.never
  package var feedForwardBias = Flag.never
  package var windowedLayers = WindowedLayers.all
  /// Whether windows hold as many later positions as earlier ones; their length counts both.
  package var windowsAreCentred = false
  /// Base and rotated fraction for a configuration without them.
  package var rotaryBase = 10_000.0
  package var rotaryFraction = 1.0
  /// Nil if all layers rotate alike.
  package var windowedRotaryBase: WindowedBase?
  package var unrotatedLayers = UnrotatedLayers.none
  /// Whether scaling of the type `dynamic` may have an `alpha` that raises the base for all windows.
  package var raisesBase = false
  /// Whether query and key norms span all heads together instead of each head.
  package var normsWholeHeads = false
  /// Whether the norms of queries and keys come after their rotation instead of before it.
  package var normsFollowRotation = false
  /// Whether it was described by a user, and so is no family of Transformers.
  package var isDescribed = false
  /// Whether embeddings are multiplied by √D.
  package var scalesEmbedding = false
  /// Supported activations, by their names in `config.json`.
  package var activations = Self.usualActivations
  /// Activation of all models, which no key states; nil if one does.
  package var activation: Activation?
  package var layouts: [TensorNaming: TensorLayout]
  /// Nil if Transformers predicts no next token with the family: such models have no form with
  /// routers.
  package var modules: Modules?

  package static let usualActivations: [String: Activation] = [
    "silu": .silu, "swish": .silu, "gelu": .gelu, "gelu_new": .geluTanh,
    "gelu_pytorch_tanh": .geluTanh, "gelu_fast": .geluTanh, "relu": .relu,
    "relu2": .reluSquared,
  ]

  package static let known: [Family] =
    [
      .llama, .mistral, .qwen2, .qwen3, .gemma, .gemma2, .gemma3, .phi3, .gpt2, .gptNeoX, .opt,
      .starcoder2, .olmo2, .bert, .ministral, .olmo3, .smollm3, .arcee, .nemotron, .glm, .glm4,
      .helium, .exaone4, .seedOSS, .ernie45, .hunyuan, .granite, .olmo, .cohere, .cohere2,
      .phi, .gptJ, .stableLM, .bloom, .mpt, .gptNeo, .falcon, .falcon40B, .falcon2, .roberta,
      .apertus, .modernBERT, .nemotronNAS,
    ] + unrun

  /// Known values of `model_type`, each once.
  package static var modelTypes: [String] { unique(known.flatMap(\.modelTypes)) }

  /// Names of known architectures in GGUF files, each once, those for mixed widths last.
  package static var architectures: [String] {
    unique(known.compactMap(\.gguf?.architecture) + known.compactMap(\.gguf?.mixed))
  }

  private static func unique(_ names: [String]) -> [String] {
    names.indices.filter { names.firstIndex(of: names[$0]) == $0 }.map { names[$0] }
  }

  /// Canonical name of the tensor with a role; nil if the family has none.
  package func tensorName(
    _ role: TensorRole, layer: Int? = nil, _ naming: TensorNaming = .transformers
  ) -> String? {
    layer == 0 && absentInFirst.contains(role) ? nil : layouts[naming]?.name(role, layer: layer)
  }

  /// Row of the position embedding for the first position.
  package var firstPosition: Int { if case .learned(let first) = positions { first } else { 0 } }
}
