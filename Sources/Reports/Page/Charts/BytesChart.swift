/// Chart of perplexity ratio over bytes read per token, with quantised dense models.
struct BytesChart {
  private let routed: [PageHeldOut.Run]
  private let experts: [PageHeldOut.Run]
  private let quantized: [PageHeldOut.Quantized]

  private static let size = (width: 379.0, height: 335.0)

  /// Nil if the bytes are not known.
  init?(heldOut: PageHeldOut) {
    func known(_ kind: PageHeldOut.Kind) -> [PageHeldOut.Run] {
      heldOut.runs(kind).filter { $0.bytesPerToken != nil && ($0.ratio ?? 0) > 0 }
    }
    routed = known(.routed)
    experts = known(.expert)
    quantized = heldOut.quantized.filter { $0.ratio > 0 }
    if routed.isEmpty && experts.isEmpty { return nil }
  }

  var chart: PointChart {
    let series = [
      PointChart.Series(
        name: "routed", style: "routed", marker: .circle, hasLine: true,
        points: routed.compactMap(Self.point)),
      PointChart.Series(
        name: "dense, quantised", style: "quantized", marker: .star, hasLine: false,
        points: quantized.map {
          PointChart.Point(
            x: $0.bytesPerToken, y: $0.ratio, label: $0.elementType,
            title: "dense in \($0.elementType): \(PageText.significant($0.ratio, 4)) times the "
              + "perplexity of dense, \(PageText.bytes($0.bytesPerToken)) read per token",
            name: $0.elementType)
        }),
      PointChart.Series(
        name: "one expert for all", style: "expert", marker: .square, hasLine: true,
        points: experts.compactMap(Self.point)),
    ].filter { !$0.points.isEmpty }
    let points = series.flatMap(\.points)
    let margins = PlotFrame.margins
    let largest = max(points.map(\.x).max() ?? 1, 1)
    return PointChart(
      drawing: Drawing(
        id: "bytes-chart", title: "Perplexity ratio against bytes read per token",
        description: points.map {
          "\($0.name): \(PageText.ratio($0.y)) at \(PageText.bytes($0.x))"
        }.joined(separator: ", ") + ".", width: Self.size.width, height: Self.size.height,
        style: "side"),
      frame: PlotFrame(
        x: .init(
          scale: Scale(
            .linear, 0...largest * 1.02, from: margins.left,
            to: Self.size.width - margins.right), title: "bytes read per token, one at a time"
        ) { PageText.bytes($0) },
        y: RatioScale.axis(
          points.map(\.y), from: Self.size.height - margins.bottom, to: margins.top)),
      series: series)
  }

  private static func point(_ run: PageHeldOut.Run) -> PointChart.Point? {
    guard let bytes = run.bytesPerToken, let ratio = run.ratio else { return nil }
    return PointChart.Point(
      x: bytes, y: ratio, label: PageText.ratio(ratio),
      title: "\(run.name): \(PageText.significant(ratio, 4)) times the perplexity of dense, "
        + "\(PageText.bytes(bytes)) read per token", name: run.name)
  }

  /// Caption that states whether quantising the dense model is the better choice.
  var sentence: String {
    let ours = routed.isEmpty ? experts.filter { $0.cost < 0.995 } : routed
    let kind = routed.isEmpty ? "smaller experts" : "routed runs"
    guard !quantized.isEmpty else {
      return "Bytes of weights read per token, with one token at a time."
    }
    let beaten = ours.filter { run in
      quantized.contains {
        $0.ratio <= run.ratio ?? 0 && $0.bytesPerToken <= run.bytesPerToken ?? 0
      }
    }
    let finding =
      if beaten.isEmpty {
        "None of the \(ours.count) \(kind) reads more and loses more than a quantised dense model."
      } else if beaten.count == ours.count {
        "Quantising the dense model is better here: it reads less and loses less than each of the "
          + "\(ours.count) \(kind)."
      } else {
        "A quantised dense model reads less and loses less than \(beaten.count) of the "
          + "\(ours.count) \(kind)."
      }
    return finding + " The two save different things and can be combined; that was not measured."
  }
}
