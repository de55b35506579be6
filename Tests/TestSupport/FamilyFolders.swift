internal import Foundation

/// Folders of `fixtures/families`, each with a tiny checkpoint and what Transformers computes of it.
package enum FamilyFolders {
  package static let root = packageRoot.appending(path: "fixtures/families")
    .path(percentEncoded: false)

  package static let all = names(with: "expected.safetensors")
  /// Those with a file of llama.cpp's converter, which knows only some families.
  package static let withGGUF = names(with: "model.gguf")
  /// Those of models that are not run, with statistics that Transformers recorded.
  package static let unrun = names(with: "expected.stats")
  package static let encoders: Set = ["bert", "modernbert", "roberta"]

  private static func names(with file: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
    return names.sorted().filter {
      FileManager.default.fileExists(atPath: "\(root)/\($0)/\(file)")
    }
  }
}
