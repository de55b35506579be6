import ByteIO
import Safetensors

extension Checkpoint {
  /// Remarks on the choice of files, and on files that are missing in truth, one line each.
  package var notes: [String] {
    let storage: DenseStorage? =
      switch storage {
      case .dense(let storage), .overlay(_, base: let storage): storage
      case .container: nil
      }
    let files: [String] =
      switch storage {
      case .safetensors(let reader)?: reader.notes.map { "\($0)" }
      case .gguf?, nil: []
      }
    return (repositoryNote.map { [$0] } ?? []) + files + pointerNotes + familyNotes
  }

  /// Remark on a description of the family in a folder, which changes what the weights compute.
  private var familyNotes: [String] {
    guard case .dense = storage, familyPath == nil, place?.contains(Self.familyName) == true else {
      return []
    }
    return ["\(Self.familyName) describes its family; other programs do not read it"]
  }

  /// Companions in whose place a clone holds a pointer of Git LFS.
  private var pointerNotes: [String] {
    guard let place else { return [] }
    return companions.filter(place.contains).compactMap { name in
      (try? place.open(name)).flatMap { GitLFSPointer($0) }.map { "\(name): \($0)" }
    }
  }
}
