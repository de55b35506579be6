import ArgumentParser
import DMOE
import Pipelines

extension RouterChoice: ExpressibleByArgument {
  /// Parses the value of `--router`; the routers of the recipe are the default, and have no name.
  public init?(argument: String) {
    switch argument {
    case "none": self = .none
    default:
      guard let kind = RouterKind(rawValue: argument) else { return nil }
      self = .kind(kind)
    }
  }

  /// Values in the help and in completions.
  public static var allValueStrings: [String] { RouterKind.allCases.map(\.rawValue) + ["none"] }
}
