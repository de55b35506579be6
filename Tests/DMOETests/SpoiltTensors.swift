import JSON
import Tensors
import TestSupport

/// Lengths, blocks and stored tensors that match neither each other nor the file.
let spoiltTensors: [SpoiltFile] =
  [
    SpoiltFile("a section that overlaps the next", "sections[0].length") {
      $0.directory["sections[0].length"] = .int(($0.directory["sections[0].length"].int ?? 0) + 64)
    },
    SpoiltFile("a section that ends in its last tensor", "sections[1].tensors[3].blocks[0][0]") {
      let tensor = $0.directory["sections[1].tensors[3].offset"].int ?? 0
      $0.directory["sections[1].length"] = .int(
        tensor - ($0.directory["sections[1].offset"].int ?? 0))
    },
    SpoiltFile("a length that is no multiple of 64", "sections[2].length") {
      $0.directory["sections[2].length"] = .int(($0.directory["sections[2].length"].int ?? 0) - 1)
    },
    SpoiltFile("sections[2].length", .int(.max)),
    SpoiltFile("sections[2].length", 0, names: "sections[2].tensors[0].blocks[0][0]"),
    SpoiltFile("a file that is said to be longer", "sections") { $0.fileLength += 64 },
    SpoiltFile("a file that is said to be shorter", "sections[2].length") { $0.fileLength -= 64 },
    SpoiltFile("a file of 2^63 - 1 bytes", "sections") { $0.fileLength = UInt64(Int.max) },

    SpoiltFile("sections[0].tensors[2].blocks", []),
    SpoiltFile("sections[0].tensors[2].blocks[0]", []),
    SpoiltFile("sections[0].tensors[2].blocks[0]", [30]),
    SpoiltFile("sections[0].tensors[2].blocks[0]", [30, "00000000", 0]),
    SpoiltFile("sections[0].tensors[2].blocks[0][0]", 0),
    SpoiltFile("sections[0].tensors[2].blocks[0][0]", 1),
    SpoiltFile("sections[0].tensors[2].blocks[0][0]", 31),
    SpoiltFile("sections[0].tensors[2].blocks[0][1]", "0000000"),
    SpoiltFile("sections[0].tensors[2].blocks[0][1]", "000000000"),
    SpoiltFile("sections[0].tensors[2].blocks[0][1]", "ABCDEF01"),
    SpoiltFile("sections[0].tensors[2].blocks[0][1]", "+0000000"),
    SpoiltFile("sections[0].tensors[2].blocks[0][1]", "-0000000"),
    SpoiltFile("sections[0].tensors[2].blocks[0][1]", "0x000000"),
    SpoiltFile("sections[0].tensors[2].blocks[0][1]", "0000000é"),
    SpoiltFile("a block more", "sections[0].tensors[2].blocks") {
      $0.directory["sections[0].tensors[2].blocks[1]"] = [0, "00000000"]
    },
    SpoiltFile("smaller blocks than there are", "sections[0].tensors[4].blocks") {
      $0.directory["sections[0].tensors[4].shape"] = [5000]
      $0.directory["block_bytes"] = 4096
    },
    // Declared sizes that must not be allocated.
    SpoiltFile(
      "sections[0].tensors[4].shape", [.int(.max)], names: "sections[0].tensors[4].blocks"),
    SpoiltFile(
      "sections[0].tensors[0].shape", [.int(1 << 61)], names: "sections[0].tensors[0].shape"),
    SpoiltFile(
      "sections[0].tensors[0].shape", [.int(1 << 60)], names: "sections[0].tensors[0].blocks"),
    SpoiltFile("a model of huge layers", "source.tensors[1].ffn") {
      $0.directory["model.hidden_size"] = .int(1 << 40)
      $0.directory["model.intermediate_size"] = .int(1 << 40)
      $0.directory["plan.widths[0][1]"] = .int(1 << 40)
    },
    SpoiltFile("a model of a million layers", "plan.widths") {
      $0.directory["model.layers"] = .int(1 << 20)
    },

    SpoiltFile("sections[0].tensors[0].kind", "up"),
    SpoiltFile("sections[0].tensors[3].kind", "gate_bias"),
    SpoiltFile("sections[1].tensors[0].kind", "permutation"),
    SpoiltFile("sections[1].tensors[0].kind", "source"),
    SpoiltFile("sections[1].tensors[0].kind", "file"),
    SpoiltFile("sections[1].tensors[0].kind", "gate_bias", names: "sections[1].tensors[0]"),
    SpoiltFile("sections[1].tensors[0].kind", "later", names: "sections[1].tensors"),
    SpoiltFile("sections[1].tensors[0].layer", 1, names: "sections[1].tensors[0]"),
    SpoiltFile("sections[1].tensors[0].shape", [3, 2], names: "sections[1].tensors[0]"),
    SpoiltFile("sections[1].tensors[0].shape", [6], names: "sections[1].tensors[0]"),
    SpoiltFile("sections[1].tensors[3].shape", [2, 1], names: "sections[1].tensors[3]"),
    SpoiltFile("sections[1].tensors[0].element_type", "F16", names: "sections[1].tensors[0]"),
    SpoiltFile("a part twice", "sections[1].tensors[2]") {
      $0.directory["sections[1].tensors[2].kind"] = "gate"
    },
    SpoiltFile("no permutation", "sections[0].tensors") {
      $0.directory["sections[0].tensors[0].kind"] = "later"
    },
    SpoiltFile("the permutation of a layer that is not there", "sections[0].tensors[0]") {
      $0.directory["sections[0].tensors[0].layer"] = 1
    },
    SpoiltFile("a permutation twice", "sections[0].tensors[4]") {
      $0.directory["sections[0].tensors[4].kind"] = "permutation"
      $0.directory["sections[0].tensors[4].layer"] = 0
    },
    SpoiltFile("sections[0].tensors[0].element_type", "I32", names: "sections[0].tensors[0]"),
    SpoiltFile("sections[0].tensors[0].shape", [4, 2], names: "sections[0].tensors[0]"),
    SpoiltFile("a file of another type", "sections[0].tensors[1]") {
      $0.directory["sections[0].tensors[1].element_type"] = "I8"
    },
    SpoiltFile("a file of rank 2", "sections[0].tensors[1]") {
      $0.directory["sections[0].tensors[1].shape"] = [1, 2]
    },
    SpoiltFile("a file twice", "sections[0].tensors[4]") {
      $0.directory["sections[0].tensors[4].kind"] = "file"
      $0.directory["sections[0].tensors[4].name"] = "config.json"
    },
    SpoiltFile("a whole tensor twice", "sections[0].tensors[4]") {
      $0.directory["sections[0].tensors[4].kind"] = "source"
      $0.directory["sections[0].tensors[4].name"] = "embedding"
    },
    SpoiltFile("a cut tensor stored whole", "sections[0].tensors[4]") {
      $0.directory["sections[0].tensors[4].kind"] = "source"
      $0.directory["sections[0].tensors[4].name"] = "gate"
    },
  ]
  + ["", ".", "..", "/etc/passwd", "../x", "a/b", "a\\b", "a\u{0}b"].map {
    SpoiltFile("sections[0].tensors[1].name", .string($0))
  }
