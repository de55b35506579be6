/// Chart of perplexity ratio over cost.
struct CostChart {
  let heldOut: PageHeldOut

  private static let size = (width: 560.0, height: 335.0)

  var chart: PointChart {
    let series = [
      series(.routed, "routed", .circle, hasLine: true),
      series(.oracle, "perfect routing (oracle)", .triangle, hasLine: true),
      series(.expert, "one expert for all", .square, hasLine: true),
      series(.fixed, "same width for all", .diamond, hasLine: false),
      series(.random, "random routing", .cross, hasLine: false),
    ].filter { !$0.points.isEmpty }
    let margins = PlotFrame.margins
    let points = series.flatMap(\.points)
    return PointChart(
      drawing: Drawing(
        id: "cost-chart", title: "Perplexity ratio against cost",
        description: description(series), width: Self.size.width, height: Self.size.height,
        style: "wide"),
      frame: PlotFrame(
        x: .init(
          scale: Scale(
            .linear, 0...max(points.map(\.x).max() ?? 1, 1), from: margins.left,
            to: Self.size.width - margins.right),
          title: "share of the FFN cost" + (heldOut.skips ? ", for one token at a time" : "")
        ) { PageText.unbroken(PageText.fixed(100 * $0, 0) + " %") },
        y: RatioScale.axis(
          points.map(\.y), from: Self.size.height - margins.bottom, to: margins.top)),
      series: series)
  }

  private func series(
    _ kind: PageHeldOut.Kind, _ name: String, _ marker: Marker, hasLine: Bool
  ) -> PointChart.Series {
    PointChart.Series(
      name: name, style: kind.rawValue, marker: marker, hasLine: hasLine,
      points: heldOut.runs(kind).compactMap { run in
        run.ratio.flatMap { $0 > 0 ? Self.point(run, ratio: $0) : nil }
      })
  }

  private static func point(_ run: PageHeldOut.Run, ratio: Double) -> PointChart.Point {
    let error = run.ratioError.map { " ± \(PageText.significant($0, 2))" } ?? ""
    return PointChart.Point(
      x: run.cost, y: ratio, label: PageText.ratio(ratio),
      title: "\(run.name): perplexity \(PageText.significant(run.perplexity, 4)), "
        + "\(PageText.significant(ratio, 4))\(error) × dense, "
        + "at \(PageText.percent(run.cost)) of the FFN cost",
      name: run.name)
  }

  private func description(_ series: [PointChart.Series]) -> String {
    series.map { series in
      let points = series.points.map {
        "\(PageText.ratio($0.y)) at \(PageText.percent($0.x))"
      }
      return "\(series.name): \(points.joined(separator: ", "))"
    }.joined(separator: ". ") + "."
  }
}
