import Checkpoints
import DMOE
import Kernels
import Work

enum ChecksumsCheck: Check {
  static let id = "checksums"
  static let summary = "Every block has the CRC-32 in the directory, and all padding is zero."

  static func applies(to subject: CheckSubject) -> Bool { subject.checkpoint.container != nil }

  static func run(on subject: CheckSubject) throws -> CheckOutcome {
    guard let container = subject.checkpoint.container else { return .skipped("not a container") }
    let tensors = container.sectionsHeld.flatMap(\.tensors)
    try subject.context.parallel.forEach(tensors.count) { (index) throws(any Error) in
      for block in tensors[index].blocks.indices {
        _ = try container.read(block: block, of: tensors[index])
      }
    }
    try container.checkPadding()
    let blocks = tensors.reduce(0) { $0 + $1.blocks.count }
    return .passed("\(blocks) blocks of \(tensors.count) tensors")
  }
}
