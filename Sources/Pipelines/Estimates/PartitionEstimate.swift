import Architectures
import Calibration
import Checkpoints
import Experts
import Kernels
import Running
import Tensors

/// What a partition takes, phase by phase, before any of it is done.
package struct PartitionEstimate: Sendable {
  package struct Phase: Sendable {
    package let name: String
    package let seconds: Double
    /// Of all that is in memory at a time.
    package let memory: Int
    /// Of the hidden states, where they are on disk.
    package let scratch: Int
  }

  package let phases: [Phase]
  private let isResumable: Bool

  package var seconds: Double { phases.reduce(0) { $0 + $1.seconds } }
  package var memory: Int { phases.map(\.memory).max() ?? 0 }
  /// At a time: what may be taken up again stays until all is done.
  package var scratch: Int {
    isResumable ? phases.reduce(0) { $0 + $1.scratch } : phases.map(\.scratch).max() ?? 0
  }
  /// How often the weights are read to run text.
  package var sweeps: Int { phases.count - 1 }

  init(
    _ fitting: ExpertFitting, shown: Int, outputBytes: Int, memory: Int, isResumable: Bool,
    parallel: Parallel
  ) {
    let limit = memory
    let costs = LayerCosts(fitting, parallel: parallel)
    var phases: [Phase] = []
    func sweep(
      _ name: String, _ positions: Int, streams: Int = 1, isTwofold: Bool = false,
      perLayer operations: Double, once: Double = 0, beside: Int = 0
    ) {
      let memory = costs.memory(
        positions: positions * streams, isTwofold: isTwofold, beside: beside, limit: limit,
        isResumable: isResumable)
      let layers = Double(fitting.model.configuration.layers)
      phases.append(
        Phase(
          name: name, seconds: (layers * operations + once) / costs.speed,
          memory: memory.total, scratch: memory.scratch))
    }
    let calibration = fitting.readsText ? fitting.split?.calibration.count ?? 0 : 0
    let tokens = Double(calibration)
    let (attention, full) = (costs.attention, costs.feedForward)
    let isCompensated = fitting.compensationRank != nil
    if fitting.needsCalibration {
      sweep("Calibrating", calibration, perLayer: tokens * (attention + full))
    }
    if fitting.importance == .greedy && fitting.tokens != nil || isCompensated {
      let isGreedy = fitting.importance == .greedy
      sweep(
        "Ranking", calibration, isTwofold: true,
        perLayer: tokens * (attention + (isGreedy ? full : 0) + (isCompensated ? full : 0))
          + (isGreedy ? costs.ranking(tokens: calibration) : 0),
        beside: isGreedy ? costs.rankingBytes(tokens: calibration) : costs.reordered)
    }
    if fitting.router != nil {
      for _ in 0...fitting.rounds {
        sweep(
          "Fitting routers", calibration, isTwofold: true,
          perLayer: tokens * (attention + (isCompensated ? 2 : 1) * full)
            + costs.fitting(tokens: calibration),
          beside: costs.fittingBytes(tokens: calibration))
      }
      // Eight prices, each by the routers and by the truth, on every eighth window.
      sweep(
        "Setting budgets", calibration / 8, streams: 16,
        perLayer: tokens / 8 * (16 * attention + 13 * full), beside: costs.reordered)
    }
    let isEncoder = fitting.model.family.isEncoder
    if let heldOut = fitting.split?.heldOut.count, !isEncoder {
      let positions = Double(heldOut)
      let experts = fitting.widths.experts
      // Routers are measured at five budgets, and at three beside all that they are compared with.
      let streams = experts + (fitting.router == nil ? 0 : 14)
      let used = 0.5 * Double(experts) + (fitting.router == nil ? 0.5 : 9.5)
      sweep(
        "Evaluating", heldOut, streams: streams,
        perLayer: positions * (Double(streams) * attention + used * full),
        once: positions * Double(streams) * costs.output, beside: costs.outputBytes)
      for type in fitting.model.smallerTypes {
        sweep(
          "Rounding to \(type.rawValue)", heldOut, perLayer: positions * (attention + full),
          once: 2 * positions * costs.output, beside: costs.outputBytes)
      }
    }
    if shown > 0, !isEncoder {
      sweep("Choosing experts", shown, perLayer: Double(shown) * (attention + full / 2))
    }
    phases.append(
      Phase(
        name: "Writing", seconds: Double(outputBytes) / LayerCosts.bytesWrittenPerSecond,
        memory: LayerCosts.program + parallel.threads * LayerCosts.writingBytes, scratch: 0))
    self.phases = phases
    self.isResumable = isResumable
  }
}
