import Checkpoints
import Inspection
import Reports
import Tensors

/// Human-readable text of an inspection.
struct InspectionText {
  private let inspection: Inspection
  private let style: Style

  init(_ inspection: Inspection, style: Style) {
    self.inspection = inspection
    self.style = style
  }

  /// Short listing for one screen: layers with equal tensors share a line.
  var summary: [String] {
    var table = TextTable([
      ("tensor", .left), ("type", .left), ("shape", .left), ("parameters", .right),
    ])
    for group in TensorGroup.groups(of: inspection.tensors.map(\.description)) {
      table.add([
        Escaping.terminal(group.pattern), group.elementType.rawValue, Self.shape(group.shape),
        HumanText.parameters(group.parameters),
      ])
    }
    return heading + experts + [""] + table.lines() + unknown + metadata + notes
  }

  private var metadata: [String] {
    let table = MetadataText.table(inspection.metadata)
    return table.isEmpty ? [] : [""] + table
  }

  /// Tensors of unknown type, whose values cannot be read.
  private var unknown: [String] {
    inspection.unknownTensors.map {
      "  \(Escaping.terminal($0.name.text)): type \($0.type) is not known, "
        + Self.shape($0.shape) + ($0.bytes.map { ", \(HumanText.bytes($0))" } ?? "")
    }
  }

  /// Full listing: one line per tensor, with statistics if they were computed.
  var everyTensor: [String] {
    let hasStatistics = inspection.tensors.contains { $0.statistics != nil }
    var columns: [(title: String, alignment: TextTable.Alignment)] = [
      ("tensor", .left), ("type", .left), ("shape", .left), ("bytes", .right),
    ]
    if hasStatistics {
      columns += ["min", "max", "mean", "deviation", "zero", "NaN", "inf"].map { ($0, .right) }
    }
    var table = TextTable(columns)
    for tensor in inspection.tensors {
      var row = [
        Escaping.terminal(tensor.description.name.text), tensor.description.elementType.rawValue,
        Self.shape(tensor.description.shape), HumanText.count(tensor.description.byteCount),
      ]
      if hasStatistics { row += Self.cells(tensor.statistics) }
      table.add(row)
    }
    return heading + experts + [""] + table.lines() + unknown + notes
  }

  private var heading: [String] {
    let kind = [inspection.format.rawValue, inspection.architecture].compactMap { $0 }
    var lines = [
      style.strong(Escaping.terminal(inspection.path)) + ": "
        + Escaping.terminal(kind.joined(separator: ", "))
    ]
    var byType: [ElementType: Int] = [:]
    for tensor in inspection.tensors {
      byType[tensor.description.elementType, default: 0] += tensor.description.byteCount
    }
    let types = byType.sorted { ($1.value, $0.key.rawValue) < ($0.value, $1.key.rawValue) }
      .map {
        byType.count == 1 ? $0.key.rawValue : "\($0.key.rawValue) \(HumanText.bytes($0.value))"
      }
    let files = inspection.files.count == 1 ? "" : " in \(inspection.files.count) files"
    lines.append(
      "  \(HumanText.parameters(inspection.parameterCount)) parameters in "
        + "\(inspection.tensors.count) tensors, \(HumanText.bytes(inspection.byteCount))\(files)"
        + (types.isEmpty ? "" : ": " + types.joined(separator: ", "))
        + (byType.keys.contains(where: \.isQuantized)
          ? "; \(HumanText.fixed(inspection.bitsPerParameter, digits: 2)) bits per parameter" : ""))
    if let ffn = inspection.feedForward {
      let form = [ffn.gated ? "gated" : "not gated", ffn.activation].compactMap { $0 }
      lines.append(
        "  FFN: \(ffn.layers) layers, \(ffn.hiddenSize) → "
          + "\(Inspection.widths(ffn.intermediateSizes)) → \(ffn.hiddenSize), "
          + Escaping.terminal(form.joined(separator: ", ")))
    }
    if let mixture = inspection.mixture {
      lines.append(
        "  Mixture of experts: \(mixture.layers) layers of \(mixture.experts) experts"
          + (mixture.neurons.map { " of \($0) neurons" } ?? "")
          + (mixture.used.map { ", \($0) for each token" } ?? "")
          + "; only dense models can be partitioned")
    }
    if let adapter = inspection.adapter {
      lines.append(
        "  This is \(Escaping.terminal("\(adapter)")), without its weights: merge it into that model "
          + "to run or partition it")
    }
    if let tokenizer = inspection.tokenizer {
      lines.append(
        "  Tokenizer: \(Escaping.terminal(tokenizer.kind)), \(HumanText.count(tokenizer.tokens)) tokens"
      )
    }
    return lines
  }

  private var experts: [String] {
    guard let container = inspection.container else { return [] }
    var table = TextTable([
      ("expert", .left), ("download", .right), ("bytes", .right), ("parameters", .right),
      ("FFN", .right),
    ])
    for (index, expert) in container.experts.enumerated() {
      table.add([
        container.holdsDense && index == container.expertsTotal - 1
          ? "\(index) = dense" : "\(index)",
        HumanText.bytes(expert.bytes), HumanText.count(expert.bytes),
        HumanText.parameters(expert.parameters), HumanText.percent(expert.activeFFNFraction),
      ])
    }
    let held =
      !container.isComplete
      ? "holds experts 0…\(container.experts.count - 1) of \(container.expertsTotal)"
      : container.holdsDense ? "complete" : "complete, without the full expert"
    return [
      "  Nested experts: \(container.expertsTotal), ranked by "
        + "\(Escaping.terminal(container.importance)), "
        + (container.router.map { "\($0) routers, " } ?? "") + held
        + (container.isOverlay ? ", an overlay: the weights are in its base" : ""), "",
    ] + table.lines() + [""] + use(container)
  }

  /// Bytes per purpose, stored and uncompressed, and the ratio to the dense tensors.
  private func use(_ container: Inspection.Container) -> [String] {
    var table = TextTable([
      ("content", .left), ("bytes", .right), ("", .right), ("uncoded", .right), ("", .right),
    ])
    for share in container.use.shares {
      let ratio = Double(share.stored) / Double(max(share.plain, 1))
      table.add([
        Self.title(share.purpose), HumanText.bytes(share.stored), HumanText.count(share.stored),
        HumanText.bytes(share.plain), HumanText.percent(ratio),
      ])
    }
    let dense = container.use.denseBytes
    let ratio = Double(container.use.byteCount) / Double(max(dense, 1))
    return table.lines() + [
      "  Total: \(HumanText.percent(ratio)) of the dense tensors' \(HumanText.bytes(dense))."
    ]
  }

  private static func title(_ purpose: StorageUse.Purpose) -> String {
    switch purpose {
    case .weights: "weights"
    case .compensation: "compensation"
    case .skipping: "skipping"
    case .routers: "routers, budgets"
    case .order: "order of neurons"
    case .files: "configuration, tokenizer"
    case .other: "unknown"
    case .directory: "directory, padding"
    }
  }

  private var notes: [String] {
    let notes = inspection.notes.map { "  Note: \(Escaping.terminal($0))" }
    let risks = inspection.risks.map { "  " + style.bad("Risk") + ": \(Escaping.terminal($0))" }
    let problems = inspection.problems.map {
      "  " + style.bad("Problem") + ": \(Escaping.terminal(Advice.message(of: $0)))"
    }
    let all = notes + risks + problems
    return all.isEmpty ? [] : [""] + all
  }

  private static func shape(_ shape: [Int]) -> String {
    shape.isEmpty ? "scalar" : shape.map(String.init).joined(separator: " × ")
  }

  private static func cells(_ statistics: TensorStatistics?) -> [String] {
    guard let statistics else { return [String](repeating: "–", count: 7) }
    let values = [
      statistics.min, statistics.max, statistics.mean, statistics.standardDeviation,
    ]
    return values.map { $0.map { HumanText.significant($0, digits: 4) } ?? "–" }
      + [statistics.zero, statistics.nan, statistics.infinity].map(HumanText.count)
  }
}
