import Architectures
import Calibration
import Checkpoints
import Containers
import Evaluation
import Experts
import Kernels
import Running
import Work

/// Stages of a partition, with needs and costs; the partition runs exactly these.
struct PartitionStages {
  private let fitting: ExpertFitting
  private let costs: LayerCosts
  private let memory: Int
  private let isResumable: Bool
  private let refits: Bool
  private let parallel: Parallel

  /// - Parameters:
  ///   - fitting: the model, its text and the choices.
  ///   - memory: memory limit in bytes.
  ///   - isResumable: whether hidden states are kept on disk.
  ///   - refits: whether the experts of the container can be refitted.
  ///   - parallel: the parallel loop.
  init(
    _ fitting: ExpertFitting, memory: Int, isResumable: Bool, refits: Bool, parallel: Parallel
  ) {
    self.refits = refits
    self.fitting = fitting
    self.memory = memory
    self.isResumable = isResumable
    self.parallel = parallel
    costs = LayerCosts(fitting, parallel: parallel)
  }

  /// - Parameters:
  ///   - shown: number of tokens of the texts that the report shows.
  ///   - outputBytes: bytes of the container while it is written.
  /// - Returns: the stages in order.
  func list(shown: Int, outputBytes: Int) -> StageList {
    let fits = ranking + rounds
    let writing = Stage.writing.needing((fits.last?.key).map { .whole($0) }).costing(
      StageCost(
        seconds: StageCost.secondsWriting(outputBytes),
        memory: LayerCosts.program + parallel.threads * LayerCosts.writingBytes))
    return StageList(fits + [writing] + measuring(shown: shown))
  }

  private var calibration: Int {
    fitting.readsText ? fitting.split?.calibration.count ?? 0 : 0
  }

  /// Tokens of the calibration text that the container keeps.
  private var calibrationKept: Int {
    min(fitting.split?.calibration.count ?? 0, CalibrationWindows.limit)
  }

  private var isCompensated: Bool { fitting.compensationRank != nil }
  /// Whether ranking measures the errors of experts, on which prices over all layers depend.
  private var measuresErrors: Bool { isCompensated || fitting.skips }

  private var ranking: [Stage] {
    let tokens = Double(calibration)
    let (attention, full) = (costs.attention, costs.feedForward)
    return fitting.ranking.stages.map { stage in
      guard stage.key == Stage.ranking.key else {
        return sweep(stage, calibration, perLayer: tokens * (attention + full))
      }
      let isGreedy = fitting.importance == .greedy
      return sweep(
        stage, calibration, isTwofold: true,
        perLayer: tokens
          * (attention + (isGreedy ? full : 0) + (measuresErrors ? full : 0)
            + (fitting.skips ? 5 / 3 * full : 0))
          + (isGreedy ? costs.ranking(tokens: calibration) : 0),
        beside: isGreedy ? costs.rankingBytes(tokens: calibration) : costs.reordered)
    }
  }

  /// Fits of compensation and routers, and the budgets.
  private var rounds: [Stage] {
    guard fitting.router != nil else { return [] }
    let tokens = Double(calibration)
    let (attention, full) = (costs.attention, costs.feedForward)
    var stages: [Stage] = []
    if fitting.weighsLayers {
      // Every layer in a run of its own, all at once, beside the dense model; then neurons. Each
      // leaves the dense model where it differs.
      let positions = SensitivitySweep.tokens(of: calibration)
      let layers = fitting.model.configuration.layers
      let streams = layers + ActivationPeak.count(layers: layers) + 1
      stages.append(
        sweep(
          .weighing.needing(ranking.last.map { .whole($0.key) }), positions, streams: streams,
          perLayer: Double(positions) * Double(streams - layers / 2) * (attention + full),
          once: Double(positions * streams) * costs.output,
          beside: costs.reordered + costs.outputBytes))
    }
    // The plan of a layer, made by the last ranking stage.
    let plan = ranking.last.map { Stage.Need.unit($0.key) }
    // Compensation weights tokens by their price over all layers: no layer can be fitted before the
    // errors, or the previous round's predictions, of all layers are known. The activations are
    // those of the dense model in every round.
    var prices = measuresErrors ? Stage.Need.whole(Stage.ranking.key) : nil
    // Truth, and a pass for each kind of maps; those of experts that skip neurons have two passes.
    let passes = isCompensated ? (fitting.skips ? 4.0 : 2) : 1
    for round in 0...fitting.rounds {
      let stage = Stage.fitting(round: round).needing(
        prices?.key == plan?.key ? nil : plan, prices)
      stages.append(
        sweep(
          stage, calibration, isTwofold: true,
          perLayer: tokens * (attention + passes * full)
            + costs.fitting(tokens: calibration),
          beside: costs.fittingBytes(tokens: calibration)))
      if measuresErrors { prices = .whole(stage.key) }
    }
    // Ten prices, each with predicted and with true scores, on every eighth window; with skipping
    // also ten prices for windows.
    let last = Stage.fitting(round: fitting.rounds)
    let places = BudgetSweep.places.count
    let streams = (fitting.skips ? 3 : 2) * places
    return stages + [
      sweep(
        .budgets.needing(plan, .whole(last.key)), calibration / 8, streams: streams,
        perLayer: tokens / 8
          * (Double(streams) * attention + (fitting.skips ? 2.2 : 1.6) * Double(places) * full),
        beside: costs.reordered)
    ]
  }

  /// Measurements of the written container.
  private func measuring(shown: Int) -> [Stage] {
    guard fitting.model.predictsTokens else { return [] }
    let (attention, full) = (costs.attention, costs.feedForward)
    var stages: [Stage] = []
    if let heldOut = fitting.split?.heldOut.count {
      let positions = Double(heldOut)
      let experts = fitting.widths.experts
      // Routed runs at five budgets; at three of them also the runs that they are compared with.
      let streams = experts + (fitting.router == nil ? 0 : 14)
      let used = 0.5 * Double(experts) + (fitting.router == nil ? 0.5 : 9.5)
      stages.append(
        sweep(
          .evaluating.needing(.whole(Stage.writing.key)), heldOut, streams: streams,
          perLayer: positions * (Double(streams) * attention + used * full),
          once: positions * Double(streams) * costs.output, beside: costs.outputBytes))
      if refits {
        stages.append(
          sweep(
            .refitting.needing(.whole(Stage.writing.key)),
            RefitSweep.positions(
              experts: experts - 1, calibration: calibrationKept, texts: heldOut),
            isTwofold: true, perLayer: costs.refitting(tokens: calibrationKept, texts: heldOut),
            beside: costs.refittingBytes(tokens: calibrationKept)))
      }
      for type in fitting.model.smallerTypes {
        stages.append(
          sweep(
            .rounding(to: type).needing(.whole(Stage.evaluating.key)), heldOut,
            perLayer: positions * (attention + full), once: 2 * positions * costs.output,
            beside: costs.outputBytes))
      }
    }
    if shown > 0 {
      stages.append(
        sweep(
          .choosing.needing(.whole(Stage.writing.key)), shown,
          perLayer: Double(shown) * (attention + full / 2)))
    }
    return stages
  }

  private func sweep(
    _ stage: Stage, _ positions: Int, streams: Int = 1, isTwofold: Bool = false,
    perLayer operations: Double, once: Double = 0, beside: Int = 0
  ) -> Stage {
    let needed = costs.memory(
      positions: positions * streams, isTwofold: isTwofold, beside: beside, limit: memory,
      isResumable: isResumable)
    let layers = Double(fitting.model.configuration.layers)
    return stage.costing(
      StageCost(
        seconds: (layers * operations + once) / costs.speed, memory: needed.total,
        scratch: needed.scratch, beside: beside))
  }
}
