// swift-tools-version: 6.3
import PackageDescription

/// Compiler settings of all product targets.
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InferIsolatedConformances"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .enableUpcomingFeature("ImmutableWeakCaptures"),
]

/// A module of the product, anywhere from byte access to the façade.
func stage(
  _ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource]? = nil
) -> Target {
  .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: strict)
}

/// An example program for the library; under `Examples` it is also a separate package.
func example(_ name: String) -> Target {
  .executableTarget(name: name, dependencies: ["DynamoeKit"], path: "Examples/\(name)/Sources")
}

/// Test targets; they may use unsafe constructs unmarked, without strict memory safety.
func tests(
  _ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []
) -> Target {
  .testTarget(
    name: name, dependencies: dependencies, exclude: exclude,
    swiftSettings: [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)])
}

let package = Package(
  name: "dynamoe",
  products: [
    .executable(name: "dynamoe", targets: ["dynamoe"]),
    .library(name: "DynamoeKit", targets: ["DynamoeKit"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
  ],
  targets: [
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CFiles"),
    .target(name: "CBrainFloats"),
    .target(name: "CVectors"),

    stage("JSON"),
    stage(
      "ByteIO",
      [
        "CFiles", "CZlib", .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "SystemPackage", package: "swift-system"),
      ]),
    stage("Kernels", ["ByteIO", "CBrainFloats", "COpenBLAS", "CVectors"]),
    stage("Tensors", ["ByteIO", "Kernels"]),
    stage(
      "Tokenizers", ["JSON"],
      resources: [
        .embedInCode("Normalizers/compatibility.txt"), .embedInCode("Patterns/scripts.txt"),
      ]),
    stage("Safetensors", ["ByteIO", "JSON", "Tensors"]),
    stage("GGUF", ["ByteIO", "Tensors"]),
    stage("Architectures", ["GGUF", "JSON", "Kernels", "Tensors"]),
    stage("DMOE", ["Architectures", "ByteIO", "JSON", "Kernels", "Tensors"]),
    stage("Work", ["ByteIO", "Kernels"]),
    stage(
      "Checkpoints",
      [
        "Architectures", "ByteIO", "DMOE", "GGUF", "JSON", "Kernels", "Safetensors", "Tensors",
        "Tokenizers", "Work",
      ]),
    stage(
      "Running",
      ["Architectures", "ByteIO", "Checkpoints", "DMOE", "Kernels", "Tensors", "Work"]),
    stage(
      "Calibration",
      [
        "Architectures", "ByteIO", "Checkpoints", "DMOE", "GGUF", "JSON", "Kernels", "Running",
        "Safetensors", "Tensors", "Tokenizers", "Work",
      ]),
    stage(
      "Experts",
      [
        "Architectures", "ByteIO", "Calibration", "Checkpoints", "DMOE", "Kernels", "Running",
        "Tensors", "Work",
      ]),
    stage(
      "Evaluation",
      [
        "Architectures", "ByteIO", "Calibration", "Checkpoints", "DMOE", "Experts", "Kernels",
        "Running", "Tensors", "Work",
      ]),
    stage(
      "Reports",
      [
        "Architectures", "ByteIO", "Calibration", "Checkpoints", "DMOE", "Evaluation", "Experts",
        "JSON", "Tensors",
      ]),
    stage(
      "Containers",
      [
        "Architectures", "ByteIO", "Calibration", "Checkpoints", "DMOE", "Experts", "Kernels",
        "Reports", "Safetensors", "Tensors", "Work",
      ]),
    stage(
      "Forms",
      [
        "Architectures", "ByteIO", "Calibration", "Checkpoints", "Containers", "DMOE", "Evaluation",
        "Experts", "GGUF", "JSON", "Kernels", "Reports", "Running", "Safetensors", "Tensors",
        "Tokenizers", "Work",
      ],
      // Python code of routed folders, run by Transformers.
      resources: [
        .embedInCode("Transformers/Python/configuration_dynamoe.py"),
        .embedInCode("Transformers/Python/finetune.py"),
        .embedInCode("Transformers/Python/modeling_dynamoe.py"),
      ]),
    stage(
      "Checks",
      [
        "Architectures", "ByteIO", "Calibration", "Checkpoints", "Containers", "DMOE", "Experts",
        "Forms", "GGUF", "JSON", "Kernels", "Reports", "Running", "Safetensors", "Tensors",
        "Tokenizers", "Work",
      ]),
    stage(
      "Inspection",
      [
        "Architectures", "ByteIO", "Checkpoints", "Containers", "DMOE", "GGUF", "JSON", "Kernels",
        "Reports", "Safetensors", "Tensors", "Work",
      ]),
    stage(
      "Pipelines",
      [
        "Architectures", "ByteIO", "Calibration", "Checkpoints", "Containers", "DMOE",
        "Evaluation", "Experts", "Forms", "JSON", "Kernels", "Reports", "Running", "Tensors",
        "Tokenizers", "Work",
      ]),
    // The library product; the only target with public declarations.
    stage(
      "DynamoeKit",
      [
        "Architectures", "ByteIO", "Calibration", "Checkpoints", "Containers", "DMOE", "Evaluation",
        "Experts", "Forms", "GGUF", "Inspection", "JSON", "Kernels", "Pipelines", "Reports",
        "Safetensors", "Tensors", "Tokenizers", "Work",
      ]),
    .executableTarget(
      name: "dynamoe",
      dependencies: [
        "ByteIO", "Calibration", "Checkpoints", "Checks", "Containers", "DMOE", "DynamoeKit",
        "Evaluation", "Experts", "Forms", "Inspection", "JSON", "Kernels", "Pipelines", "Reports",
        "Running", "Tensors", "Tokenizers", "Work",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),

    // `make test-peers` builds them as separate packages.
    example("MakePlan"), example("RunAtBudget"), example("StreamTensors"),

    // Run by `make bench`.
    .executableTarget(
      name: "CodingBenchmark", dependencies: ["DMOE", "Kernels", "Safetensors", "Tensors"],
      path: "Tests/bench/coding", swiftSettings: strict),
    .executableTarget(
      name: "BlocksBenchmark", dependencies: ["Tensors"], path: "Tests/bench/blocks",
      swiftSettings: strict),

    // Run by `make test-peers`: token ids of texts, for comparison with llama.cpp.
    .executableTarget(
      name: "ListTokens", dependencies: ["Checkpoints", "GGUF", "JSON", "Tokenizers"],
      path: "Tests/peers/tokens", swiftSettings: strict),

    // Run by `make families`: the table of docs/families.md.
    .executableTarget(
      name: "ListFamilies", dependencies: ["Forms"], path: "Tests/docs/families",
      swiftSettings: strict),

    // Run by `make fuzz`: readers of untrusted input, fed by libFuzzer.
    .target(
      name: "FuzzTargets",
      dependencies: [
        "Architectures", "ByteIO", "Calibration", "Checkpoints", "Checks", "DMOE", "Evaluation",
        "Forms", "Inspection", "JSON", "Kernels", "Reports", "Running", "Tensors", "Tokenizers",
        "Work",
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      path: "Tests/fuzz/targets"),
    .systemLibrary(name: "CFuzzer", path: "Tests/fuzz/driver"),
    .executableTarget(
      name: "Fuzz", dependencies: ["CFuzzer", "FuzzTargets"], path: "Tests/fuzz/program"),

    // Helpers shared by test targets; may use Foundation.
    .target(name: "TestSupport", path: "Tests/TestSupport"),
    // Hand-made containers, for tests of the codec and of its clients.
    .target(
      name: "TestContainers",
      dependencies: ["Architectures", "ByteIO", "DMOE", "Tensors", "TestSupport"],
      path: "Tests/TestContainers"),
    tests(
      "DMOETests",
      ["Architectures", "ByteIO", "DMOE", "JSON", "Tensors", "TestContainers", "TestSupport"],
      exclude: ["peer.py"]),
    tests(
      "PipelinesTests",
      [
        "Architectures", "ByteIO", "Calibration", "Checkpoints", "Checks", "Containers", "DMOE",
        "Evaluation", "Experts", "Forms", "Inspection", "JSON", "Kernels", "Pipelines", "Reports",
        "Running", "Safetensors", "Tensors", "TestContainers", "TestSupport", "Work",
      ],
      exclude: ["exported_peer.py", "routing_peer.py"]),
    tests(
      "TokenizersTests", ["Tokenizers", "JSON", "TestSupport"],
      exclude: ["encode_with_tokenizers.py", "families_peer.py", "sentencepiece_peer.py"]),
    tests(
      "SafetensorsTests", ["Safetensors", "ByteIO", "JSON", "Tensors", "TestSupport"],
      exclude: ["peer.py"]),
    tests(
      "GGUFTests", ["GGUF", "ByteIO", "JSON", "Tensors", "TestSupport"], exclude: ["peer.py"]),
    tests("JSONTests", ["JSON", "TestSupport"], exclude: ["peer.py"]),
    tests(
      "TensorsTests", ["Kernels", "Tensors", "TestSupport"], exclude: ["blocks_peer.py", "peer.py"]),
    tests("ByteIOTests", ["ByteIO", "TestSupport"]),
    tests("WorkTests", ["ByteIO", "TestSupport", "Work"]),
    tests("KernelsTests", ["CVectors", "Kernels", "TestSupport"]),
    tests(
      "RunningTests",
      [
        "Architectures", "ByteIO", "Checkpoints", "DMOE", "GGUF", "JSON", "Kernels", "Running",
        "Safetensors", "Tensors", "TestSupport", "Work",
      ],
      exclude: ["peer.py"]),
    tests(
      "CalibrationTests",
      [
        "Architectures", "ByteIO", "Calibration", "Checkpoints", "Kernels", "Running",
        "Safetensors", "TestSupport", "Work",
      ]),
    tests(
      "ExpertsTests",
      [
        "Architectures", "ByteIO", "Calibration", "Checkpoints", "Experts", "Kernels", "Running",
        "Tensors", "TestSupport", "Work",
      ],
      exclude: ["compensation_peer.py", "peer.py", "quality_peer.py", "ranking_peer.py"]),
    tests(
      "EvaluationTests",
      [
        "Architectures", "ByteIO", "Calibration", "Checkpoints", "Evaluation", "Experts",
        "Kernels", "Pipelines", "Running", "Tensors", "TestSupport", "Work",
      ],
      exclude: ["peer.py"]),
    tests(
      "ReportsTests",
      [
        "Architectures", "ByteIO", "Calibration", "DMOE", "Evaluation", "Experts", "JSON",
        "Kernels", "Reports", "Tensors", "TestSupport",
      ],
      exclude: ["Golden", "card_peer.py"]),
    tests(
      "DynamoeKitTests",
      [
        "DynamoeKit", "MakePlan", "RunAtBudget", "StreamTensors", "dynamoe", "ByteIO",
        "Calibration", "Checkpoints", "Containers", "Evaluation", "Experts", "Kernels",
        "Pipelines", "Running", "TestSupport", "Work",
      ],
      exclude: ["stream_peer.py"]),
    // They read the sources, and import nothing of them.
    tests("StructureTests", ["TestSupport"]),
    tests("FuzzTests", ["Fuzz", "FuzzTargets", "TestSupport"]),
    // Tests of report pages in a browser.
    tests(
      "PageTests", ["dynamoe", "JSON", "Reports", "TestSupport"],
      exclude: ["make_report.py", "probe.html"]),
    // Tests that run the built program as a subprocess.
    tests(
      "CommandTests",
      ["dynamoe", "JSON", "Safetensors", "Tensors", "TestSupport"],
      exclude: [
        "decilm_peer.py", "export_peer.py", "gguf_export_peer.py", "import_peer.py",
        "huge_vocabulary.py", "layer_costs_peer.py", "make_imatrix.py", "overlay_peer.py",
        "routed_export_peer.py", "routed_folder.py", "routed_peer.py", "shown_peer.py",
      ]),
  ]
)
