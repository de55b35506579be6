package import Work

extension Stage {
  package static let calibrating = Stage(
    "Calibrating", key: "calibrating",
    artifact: "activation sums of a layer's neurons, over all windows and over their halves")
}
