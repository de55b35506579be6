import Architectures
package import Checkpoints
import Containers
package import DMOE
import GGUF
import Tensors

/// What a GGUF file of an expert holds, before a byte of it is written.
package struct GGUFPlan {
  package let expert: ExpertTensors
  package let tensors: GGUFTensors
  package let keys: GGUFKeys

  /// - Parameters:
  ///   - checkpoint: a container, or an overlay on its base.
  ///   - number: of the expert.
  ///   - type: that of the matrices; nil as they are stored.
  ///   - generator: the program.
  /// - Throws: what GGUF cannot say, or llama.cpp does not have.
  package init(
    _ checkpoint: Checkpoint, expert number: Int, type: GGUFMatrixType?, generator: String
  ) throws {
    expert = try checkpoint.expert(number)
    let model = try Model(checkpoint)
    // What llama.cpp lacks altogether is to be said first.
    guard model.family.gguf != nil else {
      throw FormError.notInGGUF(
        path: checkpoint.path,
        what: "the family \(model.family.name), which llama.cpp does not have,")
    }
    tensors = try GGUFTensors(expert, of: model, type: type)
    keys = try GGUFKeys(
      expert, of: model, type: type, tensors: tensors, generator: generator)
  }

  package var architecture: String { keys.architecture }

  /// The types of the tensors, those of most elements first.
  package var types: [String] {
    var counts: [ElementType: Int] = [:]
    for tensor in tensors.source.tensors {
      counts[tensor.elementType, default: 0] += tensor.elementCount
    }
    return counts.sorted { ($1.value, $0.key.rawValue) < ($0.value, $1.key.rawValue) }
      .map(\.key.rawValue)
  }

  package var notes: [String] {
    keys.notes
      + tensors.exceptions.sorted { $0.key < $1.key }.map { exception, names in
        let more = names.count > 1 ? " and \(names.count - 1) more" : ""
        return "\(names[0])\(more) as \(exception)"
      }
  }
}
