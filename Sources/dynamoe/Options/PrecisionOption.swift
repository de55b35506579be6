import ArgumentParser
import Kernels

enum PrecisionChoice: String, ExpressibleByArgument, CaseIterable {
  case auto, f32, bf16
}

/// Option for the precision of products with weights.
struct PrecisionOption: ParsableArguments {
  @Option(
    name: .customLong("precision"),
    help: ArgumentHelp(
      "Type that inputs and weights are rounded to before they are multiplied: auto takes bf16 where "
        + "the processor multiplies it faster.", valueName: "type"))
  var choice = PrecisionChoice.f32

  var precision: Precision {
    switch choice {
    case .auto: .fastest
    case .f32: .f32
    case .bf16: .bf16
    }
  }
}
