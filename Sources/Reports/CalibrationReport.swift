package import Architectures
package import ByteIO
package import Calibration
package import Evaluation
package import Experts

/// Report of `partition`, to judge whether a model splits well and which size to use.
///
/// The JSON form is specified in `formats/report.md`. It contains no paths, and times under one
/// key only, so that the same conversion gives the same bytes apart from that key.
package struct CalibrationReport: Sendable {
  package struct Source: Sendable {
    package let name: String
    package let family: String
    package let hiddenSize: Int
    package let neurons: NeuronCounts
    package let tensors: Int
    package let parameters: Int
    package let bytes: Int
    package let fingerprint: SHA256Digest

    package init(
      name: String, family: String, hiddenSize: Int, neurons: NeuronCounts, tensors: Int,
      parameters: Int, bytes: Int, fingerprint: SHA256Digest
    ) {
      self.name = name
      self.family = family
      self.hiddenSize = hiddenSize
      self.neurons = neurons
      self.tensors = tensors
      self.parameters = parameters
      self.bytes = bytes
      self.fingerprint = fingerprint
    }
  }

  package struct Expert: Sendable {
    /// Bytes of the file prefix that holds the expert.
    package let bytes: Int
    /// Parameters of the model with this expert in every layer.
    package let parameters: Int
    package let activeFFNFraction: Double

    package init(bytes: Int, parameters: Int, activeFFNFraction: Double) {
      self.bytes = bytes
      self.parameters = parameters
      self.activeFFNFraction = activeFFNFraction
    }
  }

  /// Exceptions to cutting the weights into rings bit for bit.
  package struct Exactness: Sendable {
    /// Whether down projections are stored whole, in the order of the source.
    package let keepsDownWhole: Bool
    /// Errors of down projections that are stored in another type.
    package let recoded: [RecodingDeviation]

    package init(keepsDownWhole: Bool = false, recoded: [RecodingDeviation] = []) {
      self.keepsDownWhole = keepsDownWhole
      self.recoded = recoded
    }
  }

  /// Figures of variants on text that was not used for calibration.
  package struct HeldOut: Sendable {
    package let textDigest: SHA256Digest
    package let context: Int
    package let result: Evaluator.Result

    package init(textDigest: SHA256Digest, context: Int, result: Evaluator.Result) {
      self.textDigest = textDigest
      self.context = context
      self.result = result
    }
  }

  package let generator: String
  package let source: Source
  /// Nil if the weights alone or an importance matrix ranked the neurons.
  package let calibration: NeuronStatistics?
  /// Nil if no importance matrix ranked the neurons.
  package let importanceMatrix: ImportanceMatrix?
  package let plan: ExpertPlan
  /// Stability of each layer's ranking; nil if there are no two halves of text to compare.
  package let stability: [RankingStability]?
  /// Nil if they were not looked for.
  package let massiveNeurons: [MassiveNeuron]?
  package let recipe: Recipe
  /// Nil if no routers were fitted.
  package let routing: RoutingSummary?
  package let experts: [Expert]
  package let outputName: String
  package let outputBytes: Int
  /// Whether the weights stay in the source.
  package let isOverlay: Bool
  package let exactness: Exactness
  /// Nil if no text was given.
  package let heldOut: HeldOut?
  /// Texts with the experts that the routers choose; nil if no routers choose by a budget.
  package let passages: [Passage]?
  /// Nil if no routers choose by a budget.
  package let tokenKinds: TokenKinds?
  package let warnings: [String]

  package init(
    generator: String, source: Source, calibration: NeuronStatistics?,
    importanceMatrix: ImportanceMatrix? = nil, plan: ExpertPlan,
    stability: [RankingStability]? = nil, massiveNeurons: [MassiveNeuron]? = nil,
    recipe: Recipe = .dynamoe, routing: RoutingSummary? = nil, experts: [Expert],
    outputName: String, outputBytes: Int, isOverlay: Bool = false,
    exactness: Exactness = Exactness(), heldOut: HeldOut?,
    passages: [Passage]? = nil, tokenKinds: TokenKinds? = nil, warnings: [String]
  ) {
    self.generator = generator
    self.source = source
    self.calibration = calibration
    self.importanceMatrix = importanceMatrix
    self.plan = plan
    self.stability = stability
    self.massiveNeurons = massiveNeurons
    self.recipe = recipe
    self.routing = routing
    self.experts = experts
    self.outputName = outputName
    self.outputBytes = outputBytes
    self.isOverlay = isOverlay
    self.exactness = exactness
    self.heldOut = heldOut
    self.passages = passages
    self.tokenKinds = tokenKinds
    self.warnings = warnings
  }
}
