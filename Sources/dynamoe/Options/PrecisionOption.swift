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

  func validate() throws {
    guard precision.isAvailable else {
      throw ValidationError(
        "--precision bf16 needs a processor with AVX-512, and oneDNN 2 (Debian: libdnnl2)")
    }
  }

  var precision: Precision {
    switch choice {
    case .auto: .fastest
    case .f32: .f32
    case .bf16: .bf16
    }
  }
}
