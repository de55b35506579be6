/// Frame of a plot of some share over the share of neurons, both from 0 to 1.
enum LayerFrame {
  static let size = (width: 420.0, height: 330.0)

  static func frame(yTitle: String) -> PlotFrame {
    let margins = PlotFrame.margins
    func percent(_ value: Double) -> String {
      PageText.unbroken(PageText.fixed(100 * value, 0) + " %")
    }
    return PlotFrame(
      x: .init(
        scale: Scale(.linear, 0...1, from: margins.left, to: size.width - margins.right),
        title: "share of the neurons", label: percent),
      y: .init(
        scale: Scale(.linear, 0...1, from: size.height - margins.bottom, to: margins.top),
        title: yTitle, label: percent))
  }
}
