import JSON

/// Files like ``Draft/routed(_:predicting:)`` whose routers, compensation or budgets break a rule.
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
    SpoiltFile("a table twice", "sections[0].tensors[12]") {
      $0.directory["sections[0].tensors[12]"] = [
        "kind": "budgets", "name": "table", "element_type": "F64", "shape": [0, 3],
        "offset": $0.directory["sections[1].offset"], "blocks": [],
      ]
    },
  ]
