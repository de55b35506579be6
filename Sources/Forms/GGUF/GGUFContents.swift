import Architectures
package import Checkpoints
import Containers
package import DMOE
import GGUF
import Tensors

/// Contents of a GGUF file with one expert, planned before anything is written.
package struct GGUFContents {
  package let expert: ExpertTensors
  package let tensors: GGUFTensors
  package let keys: GGUFKeys

  /// - Parameters:
  ///   - checkpoint: a container, or an overlay on its base.
  ///   - number: index of the expert.
  ///   - type: type of the matrices; nil keeps the stored types.
  ///   - isRefitted: whether the down projections are refitted.
  ///   - generator: name and version of the program.
  /// - Throws: ``FormError`` for anything that GGUF cannot express or llama.cpp does not support.
  package init(
    _ checkpoint: Checkpoint, expert number: Int, type: GGUFMatrixType?, isRefitted: Bool,
    generator: String
  ) throws {
    expert = try checkpoint.expert(number)
    let model = try Model(checkpoint)
    // A family that llama.cpp lacks is reported before any other obstacle.
    guard model.family.gguf != nil else {
      throw FormError.notInGGUF(
        path: checkpoint.path,
        what: "the family \(model.family.name), whose form in GGUF is not known here,")
    }
    tensors = try GGUFTensors(expert, of: model, type: type)
    keys = try GGUFKeys(
      expert, of: model, type: type, isRefitted: isRefitted, tensors: tensors,
      generator: generator)
  }

  package var architecture: String { keys.architecture }

  /// Element types of the tensors, most elements first.
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
