package import JSON

/// Python files of a routed folder, which Transformers runs with `trust_remote_code`.
package enum RemoteCode {
  /// Files by name; each that is not generated is also a resource of the package.
  private static let resources: [(name: String, bytes: [UInt8])] = [
    (configurationName, PackageResources.configuration_dynamoe_py),
    (FamiliesModule.name, Array(FamiliesModule.text().utf8)),
    ("modeling_dynamoe.py", PackageResources.modeling_dynamoe_py),
    (optionalName, PackageResources.finetune_py),
  ]
  /// File that the others do not need, and that Transformers does not copy.
  package static let optionalName = "finetune.py"
  private static let configurationName = "configuration_dynamoe.py"
  /// The only line that differs between folders, as it is in the embedded file.
  private static let sourceLine = "SOURCE = \"llama\""

  package static var names: [String] { resources.map(\.name) }

  /// Value of `auto_map` in `config.json`: the classes for Transformers, and their files.
  package static let classes: JSONValue = [
    "AutoConfig": "configuration_dynamoe.DynamoeConfig",
    "AutoModelForCausalLM": "modeling_dynamoe.DynamoeForCausalLM",
  ]

  /// Files for a source `model_type`, which must be one of a known family.
  package static func files(modelType: String) -> [(name: String, bytes: [UInt8])] {
    resources.map { name, bytes in
      guard name == configurationName else { return (name, bytes) }
      let lines = String(decoding: bytes, as: UTF8.self)
        .split(separator: "\n", omittingEmptySubsequences: false)
        .map { $0 == sourceLine ? "SOURCE = \"\(modelType)\"" : String($0) }
      return (name, Array(lines.joined(separator: "\n").utf8))
    }
  }
}
