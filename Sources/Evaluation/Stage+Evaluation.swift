package import Tensors
package import Work

extension Stage {
  package static let evaluating = Stage(
    "Evaluating", key: "evaluating", isConsecutive: true,
    artifact: "work and times of a layer in every variant, and the choices of one")

  package static let refitting = Stage(
    "Refitting experts", key: "refitting-experts", isConsecutive: true)

  package static func rounding(to type: ElementType) -> Stage {
    Stage(
      "Rounding to \(type.rawValue)", key: "rounding-\(type.rawValue)", isConsecutive: true,
      artifact: "times of a layer")
  }

  /// Run of one variant for its choices; progress reports it as evaluating.
  package static let choosing = Stage(
    "Choosing experts", key: "choosing", isConsecutive: true,
    artifact: "choices of a layer")
}
