import ByteIO
import DMOE
import Kernels
import Tensors
package import Work

extension Checkpoint {
  /// Attaches the overlay to its base, after checking each tensor of the base against its digest.
  ///
  /// - Throws: ``ModelError/otherBase(path:base:tensor:)`` with the first tensor that differs, if
  ///   the overlay was made from another checkpoint.
  package func on(
    base path: String, _ context: Context
  ) throws(ModelError) -> Checkpoint {
    guard let overlay = container, isOverlay else {
      throw .notOverlay(path: self.path)
    }
    let dense = try Checkpoint(path: path)
    context.progress.note(dense.notes, on: dense.path)
    guard case .dense(let base) = dense.storage else {
      throw .unsupported(
        path: path, what: "the base of an overlay is a dense checkpoint, and this is a .dmoe",
        advice: "give the checkpoint that it was made from")
    }
    let sources = overlay.directory.sourceTensors
    let wanted = Set(sources.map(\.description.name))
    let weights = base.source
    if let extra = weights.tensors.first(where: { !wanted.contains($0.name) }) {
      throw .otherBase(path: self.path, base: path, tensor: extra.name.text)
    }
    let total = sources.reduce(0) { $0 + $1.description.byteCount }
    let done = Counter()
    let matches: [Bool]
    do {
      matches = try context.parallel.map(sources.count) { (index) throws(TensorError) in
        let tensor = sources[index].description
        guard weights.tensor(tensor.name) == tensor else { return false }
        let opened = try weights.open(tensor.name)
        var hasher = SHA256Hasher()
        for piece in opened.pieces {
          hasher.update(try opened.read(piece))
          context.progress.report(.comparingBase, done: done.add(piece.count), of: total)
        }
        return hasher.digest() == sources[index].digest
      }
    } catch {
      throw .tensor(error)
    }
    if let other = matches.firstIndex(of: false) {
      throw .otherBase(
        path: self.path, base: path, tensor: sources[other].description.name.text)
    }
    return Checkpoint(
      overlay, path: self.path, base: base, describedBy: self,
      companionFiles: dense.companionFiles)
  }

  /// Attaches the overlay to the checkpoint from which it has just been made, without comparing
  /// them.
  package func on(source: Checkpoint) -> Checkpoint {
    guard let overlay = container, case .dense(let base) = source.storage else {
      preconditionFailure("no overlay, or no base")
    }
    return Checkpoint(
      overlay, path: path, base: base, describedBy: source,
      companionFiles: source.companionFiles)
  }
}
