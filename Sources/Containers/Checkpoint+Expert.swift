package import Checkpoints
package import DMOE

extension Checkpoint {
  /// One expert of a container, or of an overlay on its base.
  ///
  /// - Parameters:
  ///   - expert: index of an expert in the file.
  ///   - isRanked: whether the neurons of the full expert are in order of importance, too.
  /// - Returns: the tensors of the expert.
  /// - Throws: an error for a dense checkpoint, or an overlay without its base.
  package func expert(_ expert: Int, isRanked: Bool = false) throws -> ExpertTensors {
    guard let container else { throw ContainerError.notContainer(path: path) }
    guard hasWeights else { throw ModelError.noBase(path: path) }
    return ExpertTensors(container, base: base, expert: expert, isRanked: isRanked)
  }
}
