import JSON

/// Files like ``Draft/routed(_:predicting:skips:)`` whose routers, compensation or budgets break a rule.
let spoiltRouting: [SpoiltFile] =
  [
    SpoiltFile("plan.recipe", 1),
    SpoiltFile("plan.router", "mlp"),
    SpoiltFile("plan.router.kind", 1),
    SpoiltFile("plan.router.predicts", .null),
    SpoiltFile("plan.router.kind", "linear", names: "plan.router"),
    // A similarity router has one feature less than these have.
    SpoiltFile("plan.router.predicts", "similarity", names: "plan.router"),
    SpoiltFile("sections[0].tensors[2].name", "weight", names: "plan.router"),
    SpoiltFile("sections[0].tensors[3].shape", [2, 2], names: "plan.router"),
    SpoiltFile("sections[0].tensors[3].shape", [], names: "sections[0].tensors[3].blocks[0][0]"),
    SpoiltFile("sections[0].tensors[4].shape", [4, 2], names: "plan.router"),
    SpoiltFile("sections[0].tensors[5].shape", [1, 2], names: "plan.router"),
    SpoiltFile("sections[0].tensors[9].kind", "later", names: "plan.router"),
    SpoiltFile("sections[0].tensors[6].layer", 0, names: "sections[0].tensors[6]"),
    SpoiltFile("sections[0].tensors[6].layer", 2, names: "sections[0].tensors[6]"),
    SpoiltFile("sections[0].tensors[6].layer", .int(.max), names: "sections[0].tensors[6]"),
    SpoiltFile("sections[0].tensors[2].element_type", "I32", names: "sections[0].tensors[2]"),

    SpoiltFile("plan.compensation", []),
    SpoiltFile("plan.compensation.rank", 0),
    SpoiltFile("plan.compensation.rank", "2"),
    SpoiltFile("plan.compensation.rank", .int(1 << 24 + 1)),
    SpoiltFile("plan.compensation.rank", .int(.max)),
    SpoiltFile("plan.compensation.rank", .int(1 << 24), names: "sections[1].tensors[0]"),
    SpoiltFile("plan.compensation.rank", 1, names: "sections[1].tensors[0]"),
    SpoiltFile("no rank", "plan.compensation.rank") {
      $0.directory.remove("plan.compensation.rank")
    },
    SpoiltFile("sections[1].tensors[0].kind", "later", names: "sections[1].tensors"),
    SpoiltFile("sections[2].tensors[7].kind", "later", names: "sections[2].tensors"),
    SpoiltFile("sections[1].tensors[0].name", "bias", names: "sections[1].tensors[0]"),
    SpoiltFile("sections[1].tensors[0].name", "weight", names: "sections[1].tensors[0]"),
    SpoiltFile("sections[1].tensors[5].layer", 0, names: "sections[1].tensors[5]"),
    SpoiltFile("sections[1].tensors[5].layer", 2, names: "sections[1].tensors[5]"),
    SpoiltFile("sections[1].tensors[0].shape", [3, 2], names: "sections[1].tensors[0]"),
    SpoiltFile("sections[1].tensors[1].shape", [6], names: "sections[1].tensors[1]"),
    SpoiltFile("sections[1].tensors[0].element_type", "F16", names: "sections[1].tensors[0]"),
    SpoiltFile("sections[1].tensors[2].element_type", "U32", names: "sections[1].tensors[2]"),
    SpoiltFile("a compensation without a name", "sections[2].tensors") {
      $0.directory.remove("sections[2].tensors[0].name")
    },
    SpoiltFile("a compensation without a layer", "sections[2].tensors") {
      $0.directory.remove("sections[2].tensors[0].layer")
    },
    SpoiltFile("a compensation of the full expert", "sections[3].tensors[4]") {
      $0.directory["sections[3].tensors[4]"] = [
        "kind": "compensation", "layer": 0, "name": "bias", "element_type": "F32", "shape": [0],
        "offset": .int(Int($0.fileLength)), "blocks": [],
      ]
    },

    SpoiltFile("sections[0].tensors[10].kind", "later", names: "sections[0].tensors"),
    SpoiltFile("sections[0].tensors[11].kind", "later", names: "sections[0].tensors"),
    SpoiltFile("sections[0].tensors[10].name", "tables", names: "sections[0].tensors[10]"),
    SpoiltFile("sections[0].tensors[10].shape", [9], names: "sections[0].tensors[10]"),
    SpoiltFile("sections[0].tensors[10].shape", [9, 1], names: "sections[0].tensors[10]"),
    SpoiltFile("sections[0].tensors[10].shape", [1, 3, 3], names: "sections[0].tensors[10]"),
    SpoiltFile("sections[0].tensors[10].element_type", "I64", names: "sections[0].tensors[10]"),
    SpoiltFile("sections[0].tensors[11].shape", [1, 2], names: "sections[0].tensors[11]"),
    SpoiltFile("sections[0].tensors[11].element_type", "C64", names: "sections[0].tensors[11]"),
    SpoiltFile("too few sensitivities", "sections[0].tensors[12]") {
      $0.directory["sections[0].tensors[12]"] = [
        "kind": "sensitivity", "element_type": "F64", "shape": [0],
        "offset": $0.directory["sections[1].offset"], "blocks": [],
      ]
    },
    SpoiltFile("sensitivities as F32", "sections[0].tensors[12]") {
      $0.directory["sections[0].tensors[12]"] = [
        "kind": "sensitivity", "element_type": "F32", "shape": [0],
        "offset": $0.directory["sections[1].offset"], "blocks": [],
      ]
    },
    SpoiltFile("a table twice", "sections[0].tensors[12]") {
      $0.directory["sections[0].tensors[12]"] = [
        "kind": "budgets", "name": "table", "element_type": "F64", "shape": [0, 3],
        "offset": $0.directory["sections[1].offset"], "blocks": [],
      ]
    },
  ]

/// Files like it with skipping that breaks a rule.
let spoiltSkipping: [SpoiltFile] =
  [
    SpoiltFile("no routers", "plan.router") { $0.directory.remove("plan.router") },
    SpoiltFile("plan.router.predicts", "similarity"),

    SpoiltFile("sections[1].tensors[10].kind", "later", names: "sections[1].tensors"),
    SpoiltFile("sections[2].tensors[13].kind", "later", names: "sections[2].tensors"),
    // The full expert skips neurons as well.
    SpoiltFile("sections[3].tensors[4].kind", "later", names: "sections[3].tensors"),
    SpoiltFile("sections[3].tensors[7].kind", "later", names: "sections[3].tensors"),
    SpoiltFile("sections[1].tensors[10].name", "cost", names: "sections[1].tensors[10]"),
    SpoiltFile("sections[1].tensors[11].name", "costs", names: "sections[1].tensors[11]"),
    SpoiltFile("sections[1].tensors[12].layer", 0, names: "sections[1].tensors[12]"),
    SpoiltFile("sections[1].tensors[12].layer", 2, names: "sections[1].tensors[12]"),
    SpoiltFile("sections[1].tensors[12].layer", .int(.max), names: "sections[1].tensors[12]"),
    SpoiltFile("sections[2].tensors[10].shape", [1, 2], names: "sections[2].tensors[10]"),
    SpoiltFile("sections[2].tensors[11].shape", [5, 5], names: "sections[2].tensors[11]"),
    SpoiltFile("sections[3].tensors[5].shape", [1, 25], names: "sections[3].tensors[5]"),
    SpoiltFile("sections[2].tensors[10].element_type", "I32", names: "sections[2].tensors[10]"),
    SpoiltFile("sections[2].tensors[11].element_type", "I64", names: "sections[2].tensors[11]"),
    SpoiltFile("a scale without a name", "sections[1].tensors") {
      $0.directory.remove("sections[1].tensors[10].name")
    },
    SpoiltFile("a cost without a layer", "sections[3].tensors") {
      $0.directory.remove("sections[3].tensors[7].layer")
    },
    SpoiltFile("a scale twice", "sections[3].tensors[8]") {
      $0.directory["sections[3].tensors[8]"] = [
        "kind": "skipping", "layer": 1, "name": "scale", "element_type": "F32", "shape": [0],
        "offset": .int(Int($0.fileLength)), "blocks": [],
      ]
    },

    SpoiltFile("sections[1].tensors[14].kind", "later", names: "sections[1].tensors"),
    SpoiltFile("sections[2].tensors[19].name", "first.bias", names: "sections[2].tensors[19]"),
    SpoiltFile("sections[2].tensors[15].shape", [2, 3], names: "sections[2].tensors[15]"),
    SpoiltFile("sections[2].tensors[16].element_type", "I32", names: "sections[2].tensors[16]"),

    SpoiltFile("sections[0].tensors[12].kind", "later", names: "sections[0].tensors"),
    SpoiltFile("sections[0].tensors[12].name", "windows", names: "sections[0].tensors[12]"),
    SpoiltFile("sections[0].tensors[12].name", "table", names: "sections[0].tensors[12]"),
    SpoiltFile("sections[0].tensors[12].shape", [4], names: "sections[0].tensors[12]"),
    SpoiltFile("sections[0].tensors[12].shape", [4, 1], names: "sections[0].tensors[12]"),
    SpoiltFile("sections[0].tensors[12].shape", [1, 2, 2], names: "sections[0].tensors[12]"),
    SpoiltFile("sections[0].tensors[12].element_type", "I64", names: "sections[0].tensors[12]"),
    SpoiltFile("sections[0].tensors[10].kind", "later", names: "sections[0].tensors"),
    SpoiltFile("a window twice", "sections[0].tensors[13]") {
      $0.directory["sections[0].tensors[13]"] = [
        "kind": "budgets", "name": "window", "element_type": "F64", "shape": [0, 2],
        "offset": $0.directory["sections[1].offset"], "blocks": [],
      ]
    },
    SpoiltFile("a window without skipping", "sections[0].tensors[12]") {
      $0.directory["requires"] = []
    },
  ]
