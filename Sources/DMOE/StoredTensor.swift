package import Architectures
package import Tensors

/// A tensor as it lies in a section (`formats/dmoe.md`, section 5).
package struct StoredTensor: Sendable, Equatable {
  package enum Kind: Sendable, Hashable {
    /// A tensor of the source, unchanged.
    case source(TensorName)
    case permutation(layer: Int)
    /// A file that stood beside the weights.
    case file(TensorName)
    case part(FeedForwardPart, layer: Int)
    /// A weight of a layer's router.
    case router(String, layer: Int)
    /// A weight of what stands in, in a layer, for what the expert that ends in this ring drops.
    case compensation(String, layer: Int)
    /// What leads from a wanted cost to a knob.
    case budgets(String)
    /// What a later version may add.
    case other(String)
  }

  /// A run of the tensor's bytes with a checksum of its own.
  package struct Block: Sendable, Equatable {
    /// As it is stored; shorter than its plain bytes if it is coded.
    package internal(set) var length: Int
    package internal(set) var checksum: UInt32
  }

  package let kind: Kind
  package let elementType: ElementType
  package let shape: [Int]
  /// The plain bytes of the elements.
  package let byteCount: Int
  /// Where the first block begins, from the beginning of the file.
  package internal(set) var offset: Int
  package internal(set) var blocks: [Block]

  init(
    kind: Kind, elementType: ElementType, shape: [Int], byteCount: Int, offset: Int,
    blocks: [Block]
  ) {
    self.kind = kind
    self.elementType = elementType
    self.shape = shape
    self.byteCount = byteCount
    self.offset = offset
    self.blocks = blocks
  }

  package var storedLength: Int { blocks.reduce(0) { $0 + $1.length } }

  /// Where a block begins, from the beginning of the file.
  func offset(ofBlock index: Int) -> Int {
    blocks[..<index].reduce(offset) { $0 + $1.length }
  }

  /// Where each block begins.
  var blockOffsets: [Int] {
    var next = offset
    return blocks.map { block in
      defer { next += block.length }
      return next
    }
  }

  /// The bytes of a block before it was coded.
  func plainLength(ofBlock index: Int, blockBytes: Int) -> Int {
    min(blockBytes, byteCount - index * blockBytes)
  }

  /// What an error message calls it.
  package var title: String {
    switch kind {
    case .source(let name): name.text
    case .permutation(let layer): "permutation of layer \(layer)"
    case .file(let name): name.text
    case .part(let part, let layer): "\(part.rawValue) of layer \(layer)"
    case .router(let name, let layer): "\(name) of the router of layer \(layer)"
    case .compensation(let name, let layer): "\(name) of the compensation of layer \(layer)"
    case .budgets(let name): "\(name) of the budgets"
    case .other(let kind): kind
    }
  }
}
