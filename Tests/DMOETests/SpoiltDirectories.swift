import JSON

/// Directories whose fields have the right types but break a rule, in the order plan, source,
/// sections.
let spoiltDirectories: [SpoiltFile] =
  [
    SpoiltFile("requires", ["router"]),
    SpoiltFile("requires", ["", "x"]),
    SpoiltFile("block_bytes", 4095),
    SpoiltFile("block_bytes", 4097),
    SpoiltFile("block_bytes", .int(1 << 26 + 64)),
    SpoiltFile("model.layers", 0),
    SpoiltFile("model.layers", 2, names: "plan.widths"),
    SpoiltFile("model.hidden_size", 4, names: "source.tensors[1].ffn"),
    // More neurons than the widths describe a part, and the tensors do not match that.
    SpoiltFile("model.intermediate_size", 9, names: "source.tensors[1].ffn"),
    SpoiltFile("model.intermediate_size", 7, names: "plan.widths[0][1]"),
    SpoiltFile("model.gated", false, names: "source.tensors"),
    SpoiltFile("model.intermediate_size", [8]),
    layerWidths(8, "model.intermediate_size"),
    layerWidths([], "model.intermediate_size"),
    layerWidths([8, 8], "model.intermediate_size"),
    layerWidths([0], "model.intermediate_size[0]"),
    layerWidths(["8"], "model.intermediate_size[0]"),
    layerWidths([.int(.max)], "model.intermediate_size[0]"),
    layerWidths([7], "plan.widths[0][1]"),
    layerWidths([9], "source.tensors[1].ffn"),
    SpoiltFile("plan.widths", [], names: "plan.widths"),
    SpoiltFile("plan.widths", [[2, 8], [2, 8]]),
    SpoiltFile("plan.widths[0]", []),
    SpoiltFile("plan.widths[0]", [8], names: "sections"),
    SpoiltFile("plan.widths[0]", [2, 4, 8], names: "sections"),
    SpoiltFile("plan.widths[0]", [2, 7], names: "sections[0].tensors[0]"),
    SpoiltFile("plan.widths[0]", [0, 8], names: "plan.widths[0][0]"),
    SpoiltFile("plan.widths[0]", [2, 9], names: "plan.widths[0][1]"),
    SpoiltFile("plan.widths[0]", [8, 8], names: "plan.widths[0][1]"),
    SpoiltFile("plan.widths[0]", [3, 2, 8], names: "plan.widths[0][1]"),
    SpoiltFile("plan.widths[0]", [2, 8, 8], names: "plan.widths[0][2]"),
    SpoiltFile("plan.widths[0]", [3, 8], names: "sections[1].tensors[0]"),
    SpoiltFile("layers of different numbers of experts", "plan.widths[1]") {
      $0.directory["model.layers"] = 2
      $0.directory["plan.widths"] = [[2, 8], [8]]
    },

    SpoiltFile("source.format", "pickle"),
    SpoiltFile("source.metadata", ["a": 1], names: "source.metadata.a"),
    SpoiltFile("source.tensors", [], names: "source.tensors"),
    SpoiltFile("source.tensors[0].name", "gate", names: "source.tensors[1].name"),
    SpoiltFile("source.tensors[0].name", "embeddinG", names: "sections[0].tensors[2]"),
    SpoiltFile("source.tensors[0].element_type", "bf16"),
    SpoiltFile("source.tensors[0].element_type", "Q9_0"),
    SpoiltFile("source.tensors[0].element_type", "F16", names: "sections[0].tensors[2]"),
    SpoiltFile("source.tensors[0].shape", [3, 5], names: "sections[0].tensors[2]"),
    SpoiltFile("source.tensors[0].shape", [.int(1 << 62), 4]),
    SpoiltFile("source.tensors[0].shape", [.int(1 << 62), 0, 2]),
    SpoiltFile("source.tensors[0].shape", [0, .int(.max), .int(.max), .int(.max)]),
    SpoiltFile("source.tensors[0].sha256", .string(String(repeating: "A", count: 64))),
    SpoiltFile("source.tensors[0].sha256", .string(String(repeating: "a", count: 63))),
    SpoiltFile("source.tensors[0].sha256", .string(String(repeating: "a", count: 66))),
    SpoiltFile("source.tensors[0].sha256", .string(String(repeating: "g", count: 64))),
    SpoiltFile("elements that end within a byte", "source.tensors[0].shape") {
      $0.directory["source.tensors[0].element_type"] = "F4"
    },
    SpoiltFile("source.tensors[1].ffn.layer", 1),
    SpoiltFile("source.tensors[1].ffn.parts", []),
    SpoiltFile("source.tensors[1].ffn.parts", ["gate", "gate_bias"]),
    SpoiltFile("source.tensors[1].ffn.parts", ["gates"], names: "source.tensors[1].ffn.parts[0]"),
    SpoiltFile("source.tensors[1].ffn.parts", ["gate", "gate"], names: "source.tensors[1].ffn"),
    SpoiltFile("source.tensors[1].ffn.parts", ["up"], names: "source.tensors"),
    SpoiltFile("source.tensors[1].ffn.neuron_axis", 1, names: "source.tensors[1].ffn"),
    SpoiltFile("source.tensors[1].ffn.neuron_axis", 2),
    SpoiltFile("source.tensors[4].ffn.neuron_axis", 1),
    SpoiltFile("source.tensors[1].shape", [3, 8], names: "source.tensors[1].ffn"),
    SpoiltFile("source.tensors[1].shape", [24], names: "source.tensors[1].ffn"),
    SpoiltFile("source.tensors[1].element_type", "F4", names: "source.tensors[1].ffn"),
    SpoiltFile("source.tensors[1].element_type", "F16", names: "sections[1].tensors[0]"),
    // Tensor 3 is the down projection: its description must match its storage.
    SpoiltFile("source.tensors[3].ffn.whole", 1),
    SpoiltFile("source.tensors[3].ffn.whole", true, names: "sections[0].tensors"),
    SpoiltFile("source.tensors[1].ffn.whole", true),
    SpoiltFile("source.tensors[3].ffn.ring_type", "Q4"),
    SpoiltFile("source.tensors[3].ffn.ring_type", "F4"),
    SpoiltFile("source.tensors[3].ffn.ring_type", "Q8_0"),
    SpoiltFile("source.tensors[3].ffn.ring_type", "F32", names: "sections[1].tensors[2]"),
    SpoiltFile("source.tensors[1].ffn.ring_type", "F32"),
    SpoiltFile("whole and of another type", "source.tensors[3].ffn.ring_type") {
      $0.directory["source.tensors[3].ffn.whole"] = true
      $0.directory["source.tensors[3].ffn.ring_type"] = "F32"
    },
    SpoiltFile("source.tensors[1].element_type", "Q8_0", names: "source.tensors[1].shape"),
    SpoiltFile("no down", "source.tensors") { $0.directory.remove("source.tensors[3]") },
    SpoiltFile("a matrix that is whole", "source.tensors") {
      $0.directory.remove("source.tensors[2].ffn")
    },
    SpoiltFile("the bias of a gate that is not there", "source.tensors") {
      $0.directory["model.gated"] = false
      $0.directory["source.tensors[4].ffn.parts"] = ["gate_bias"]
      $0.directory.remove("source.tensors[1]")
    },

    SpoiltFile("sections", []),
    SpoiltFile("a section more", "sections") {
      $0.directory["sections[3]"] = $0.directory["sections[2]"]
    },
    SpoiltFile("a section less", "sections") { $0.directory.remove("sections[2]") },
    SpoiltFile("sections out of order", "sections[1].ring") {
      let ring = $0.directory["sections[1]"]
      $0.directory["sections[1]"] = $0.directory["sections[2]"]
      $0.directory["sections[2]"] = ring
    },
    SpoiltFile("a ring twice", "sections[2].ring") {
      $0.directory["sections[2]"] = $0.directory["sections[1]"]
    },
    SpoiltFile("sections[0].kind", "ring"),
    SpoiltFile("sections[1].kind", "shared"),
    SpoiltFile("sections[1].kind", "later"),
    SpoiltFile("sections[1].ring", 1),
    SpoiltFile("sections[0].ring", "x"),
    SpoiltFile("no tensors in a ring", "sections[1].length") {
      $0.directory["sections[1].tensors"] = []
    },
  ]
  + [-64, -1, 1, 64, 1 << 40].flatMap { shift in
    ["sections[0]", "sections[1]", "sections[0].tensors[0]", "sections[1].tensors[2]"].map { path in
      SpoiltFile("\(path).offset off by \(shift)", "\(path).offset") {
        $0.directory["\(path).offset"] = .int(($0.directory["\(path).offset"].int ?? 0) + shift)
      }
    }
  }

/// A file whose layers may have widths of their own, with a value for them.
private func layerWidths(_ widths: JSONValue, _ field: String) -> SpoiltFile {
  SpoiltFile("layer_widths: \(JSONWriter.text(widths))", field) {
    $0.directory["requires"] = ["layer_widths"]
    $0.directory["model.intermediate_size"] = widths
  }
}
