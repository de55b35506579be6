import ByteIO
import Checkpoints
import Containers
import DMOE
import Kernels
import Tensors
import Work

enum DigestsCheck: Check {
  static let id = "digests"
  static let summary = """
    Every dense tensor, rebuilt from its rings or read from the base, has the SHA-256 in the \
    directory.
    """

  static func applies(to subject: CheckSubject) -> Bool { subject.checkpoint.container != nil }

  static func run(on subject: CheckSubject) throws -> CheckOutcome {
    guard let container = subject.checkpoint.container else { return .skipped("not a container") }
    guard !subject.checkpoint.isOverlay else {
      guard subject.checkpoint.hasWeights else {
        return .skipped("no base given", missing: .base)
      }
      // Another base would not have been opened.
      return .passed("all \(container.directory.sourceTensors.count) tensors of the base")
    }
    let sources = container.directory.sourceTensors.filter {
      $0.isExact && (container.holdsDense || $0.isStoredWhole)
    }
    let recoded = container.directory.sourceTensors.count { !$0.isExact }
    let dense = DenseTensors(container)
    let matches = try subject.context.parallel.map(sources.count) { (index) throws(any Error) in
      try dense.digest(of: sources[index].description.name) == sources[index].digest
    }
    if let wrong = matches.firstIndex(of: false) {
      return .failed("\(sources[wrong].description.name): SHA-256 differs from the directory's")
    }
    return container.holdsDense
      ? .passed(
        recoded == 0
          ? "all \(sources.count) dense tensors rebuilt"
          : "\(sources.count) dense tensors rebuilt; \(recoded) are stored in another type")
      : .passed("\(sources.count) shared tensors; some rings are missing")
  }
}
