import Architectures
import Checkpoints
import Safetensors
import Tensors
import TestSupport
import Testing

/// Checkpoints of each family with a tensor too few, too many, or of another shape, judged as
/// Transformers judges them.
@Suite struct FamilyTensorsTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A copy of a fixture with other tensors.
  private func opened(
    _ name: String, _ change: (TensorDescription, [UInt8]) -> [(TensorDescription, [UInt8])]
  ) throws -> Model {
    let source = "\(FamilyFolders.root)/\(name)"
    let reader = try SafetensorsReader(path: source + "/model.safetensors")
    let tensors = try reader.tensors.flatMap { change($0, try reader.read($0.name)) }
    try SafetensorsWriter.write(tensors, to: folder.path("model.safetensors"))
    try folder.write(fixture("fixtures/families/\(name)/config.json"), to: "config.json")
    return try Model(path: folder.path)
  }

  /// Name of the down projection of the last layer, in the fixture's files.
  private func down(_ name: String) throws -> String {
    let model = try Model(path: "\(FamilyFolders.root)/\(name)")
    return try #require(model.tensorName(.down, layer: model.configuration.layers - 1))
  }

  @Test(arguments: FamilyFolders.all + FamilyFolders.unrun)
  func `a missing tensor is named`(_ name: String) throws {
    let down = try down(name)
    #expect {
      try opened(name) { $0.name.text == down ? [] : [($0, $1)] }
    } throws: { error in
      guard case ModelError.missingTensor(_, let name) = error else { return false }
      return name == down
    }
  }

  @Test(arguments: FamilyFolders.all + FamilyFolders.unrun)
  func `a tensor of another shape is named`(_ name: String) throws {
    let down = try down(name)
    #expect {
      try opened(name) { tensor, bytes in
        guard tensor.name.text == down else { return [(tensor, bytes)] }
        var shape = tensor.shape
        shape[1] -= 1
        let other = TensorDescription(
          name: tensor.name, elementType: tensor.elementType, shape: shape)
        return other.map { [($0, Array(bytes.prefix($0.byteCount)))] } ?? []
      }
    } throws: { error in
      guard case ModelError.shape(_, let name, _, _) = error else { return false }
      return name == down
    }
  }

  @Test(arguments: FamilyFolders.all + FamilyFolders.unrun)
  func `a tensor that the family lacks changes nothing`(_ name: String) throws {
    let expected = try Model(path: "\(FamilyFolders.root)/\(name)").configuration
    let extra = try #require(
      TensorDescription(name: "model.layers.0.extra.weight", elementType: .f32, shape: [1]))
    var isAdded = false
    let model = try opened(name) { tensor, bytes in
      defer { isAdded = true }
      return isAdded ? [(tensor, bytes)] : [(tensor, bytes), (extra, [0, 0, 0, 0])]
    }
    #expect(model.configuration == expected)
  }
}
