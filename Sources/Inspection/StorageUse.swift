import ByteIO
package import DMOE
import Tensors

/// Bytes of a container by purpose.
package struct StorageUse: Sendable {
  package enum Purpose: String, CaseIterable, Sendable {
    case weights
    case compensation
    case skipping
    /// Includes the budget tables.
    case routers
    /// Permutations.
    case order
    /// Configuration, tokenizer, licence.
    case files
    /// Tensors of kinds unknown to this version.
    case other
    /// Preamble, directory and padding.
    case directory
  }

  package struct Share: Sendable {
    package let purpose: Purpose
    /// Bytes in the file.
    package let stored: Int
    /// Bytes before compression.
    package let plain: Int
  }

  /// In the order of ``Purpose``, without empty ones.
  package let shares: [Share]
  package var byteCount: Int { shares.reduce(0) { $0 + $1.stored } }
  /// Bytes of the dense checkpoint's tensors.
  package let denseBytes: Int

  /// Counts the sections that the file holds.
  package init(_ container: DMOEReader) {
    var stored: [Purpose: Int] = [:]
    var plain: [Purpose: Int] = [:]
    for tensor in container.sectionsHeld.flatMap(\.tensors) {
      let purpose = Self.purpose(of: tensor)
      stored[purpose, default: 0] += tensor.storedLength
      plain[purpose, default: 0] += tensor.byteCount
    }
    let rest = container.file.length - stored.values.reduce(0, +)
    stored[.directory] = rest
    plain[.directory] = rest
    shares = Purpose.allCases.compactMap { purpose in
      stored[purpose].map { Share(purpose: purpose, stored: $0, plain: plain[purpose] ?? $0) }
    }
    denseBytes = container.directory.sourceTensors.reduce(0) { $0 + $1.description.byteCount }
  }

  private static func purpose(of tensor: StoredTensor) -> Purpose {
    switch tensor.kind {
    case .source, .part: .weights
    case .compensation: .compensation
    case .skipping: .skipping
    case .router, .budgets, .sensitivity: .routers
    case .permutation: .order
    case .file: .files
    case .other: .other
    }
  }
}
