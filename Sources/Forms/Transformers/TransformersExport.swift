import ByteIO
package import Checkpoints
package import Containers
import DMOE
import JSON
package import Kernels
import Reports
import Safetensors
import Tensors
package import Work

/// Exports a container as a folder for Transformers, with a model card: either one expert as a
/// plain model of the source's family with a smaller feed-forward width, or all experts with their
/// routers and the code that runs them.
package struct TransformersExport: Sendable {
  package let checkpoint: Checkpoint
  package let outputPath: String
  /// Nil for all experts with their routers.
  package let expert: ExpertSelection?
  /// Maximum bytes of tensors per file.
  package let shardSize: Int
  /// Source of the model card's figures; nil for a card without.
  package let report: CardReport?
  /// Command line shown on the model card.
  package let command: [String]
  package let force: Bool
  package let generator: String

  package init(
    checkpoint: Checkpoint, outputPath: String, expert: ExpertSelection?, shardSize: Int,
    report: CardReport?, command: [String], force: Bool, generator: String
  ) {
    self.checkpoint = checkpoint
    self.outputPath = outputPath
    self.expert = expert
    self.shardSize = shardSize
    self.report = report
    self.command = command
    self.force = force
    self.generator = generator
  }

  /// Summary of the written folder.
  package struct Result: Sendable {
    /// Total size of all files.
    package let bytes: Int
    package let sourceBytes: Int
    package let bytesRead: Int
    /// Nil for all experts.
    package let expert: Int?
    /// Number of neurons of each layer.
    package let widths: [Int]
    /// Number of experts in the folder.
    package let experts: Int
    /// Whether the folder has routers.
    package let hasRouters: Bool
    package let parameters: Int
    package let files: [String]

    /// Whether all layers have the same width.
    package var isUniform: Bool { widths.allSatisfy { $0 == widths.first } }
  }

  package func run(parallel: Parallel, progress: Progress) throws -> Result {
    guard let container = checkpoint.container else {
      throw ContainerError.notContainer(path: checkpoint.path)
    }
    let number = try expert.map { try $0.expert(of: container) }
    let contents = try FolderContents(checkpoint, expert: number)
    let documents = try documents(contents)
    try report?.check(against: container.directory)
    let inputs = checkpoint.ownedPaths + [checkpoint.path] + (report.map { [$0.path] } ?? [])
    try Folder.checkOutputFolder(outputPath, inputs: inputs, force: force) {
      SafetensorsFolderWriter.writes($0) || checkpoint.companions.contains($0)
        || RemoteCode.names.contains($0)
    }
    let folder = try AtomicFolder(path: outputPath)
    let tensors = contents.source.tensors
    let writer = try SafetensorsFolderWriter(
      folder: folder.temporaryPath, tensors: tensors, shardSize: shardSize,
      metadata: metadata(container.directory))
    let done = Counter()
    try parallel.forEach(tensors.count) { (index) throws(any Error) in
      let name = tensors[index].name
      try contents.source.open(name).forEachPiece { offset, bytes in
        try writer.write(bytes, of: name, at: offset)
      }
      progress.report("Writing", unit: "tensors", done: done.increment(), of: tensors.count)
    }
    try writer.commit()
    for (name, bytes) in documents { try AtomicFile.write(bytes, to: folder.path(of: name)) }
    try container.checkUnchanged()
    try checkpoint.checkUnchanged()
    let files = try Folder.names(in: folder.temporaryPath)
    let bytes = try files.reduce(0) { try $0 + InputFile(path: folder.path(of: $1)).length }
    try folder.commit(replacing: force)
    return Result(
      bytes: bytes, sourceBytes: checkpoint.files.reduce(0) { $0 + $1.length },
      bytesRead: checkpoint.bytesRead, expert: number, widths: contents.widths,
      experts: number == nil ? container.directory.experts : 1,
      hasRouters: contents.routed?.routing != nil,
      parameters: contents.parameterCount, files: files)
  }

  /// Metadata of the source file, and `format`, without which some readers refuse a file.
  private func metadata(_ directory: DMOEDirectory) -> [(key: String, value: String)] {
    let notes = directory.sourceMetadata
    return notes.contains { $0.key == "format" } ? notes : notes + [("format", "pt")]
  }

  /// Contents of all files other than the tensors.
  private func documents(_ contents: FolderContents) throws -> [(name: String, bytes: [UInt8])] {
    var documents: [(name: String, bytes: [UInt8])] = []
    for name in checkpoint.companions where name != Checkpoint.cardName {
      guard let bytes = try checkpoint.companion(name) else { continue }
      documents.append((name, bytes))
    }
    guard let place = documents.firstIndex(where: { $0.name == "config.json" }) else {
      throw ModelError.noConfiguration(path: checkpoint.path)
    }
    documents[place].bytes = try contents.configuration()
    if let routed = contents.routed { documents += RemoteCode.files(modelType: routed.modelType) }
    documents.append((Checkpoint.cardName, try card(contents, documents)))
    return documents
  }

  private func card(
    _ contents: FolderContents, _ documents: [(name: String, bytes: [UInt8])]
  ) throws -> [UInt8] {
    let directory = contents.container.directory
    let text = documents.first { $0.name.hasPrefix("LICENSE") }
    func bytes(_ tensors: [TensorDescription]) -> Int { tensors.reduce(0) { $0 + $1.byteCount } }
    let sources = directory.sourceTensors.map(\.description)
    do {
      return try ModelCard(
        directory: directory, expert: contents.expert,
        size: .init(parameters: contents.parameterCount, bytes: bytes(contents.source.tensors)),
        sourceSize: .init(
          parameters: sources.reduce(0) { $0 + $1.elementCount }, bytes: bytes(sources)),
        report: report?.document,
        license: CardLicense(
          card: checkpoint.companion(Checkpoint.cardName), text: text.map { ($0.name, $0.bytes) }),
        command: command, folder: Folder.name(of: outputPath), generator: generator
      ).bytes
    } catch let error as JSONFieldError {
      throw ReportPageError.notReport(path: report?.path ?? "", error)
    }
  }
}
