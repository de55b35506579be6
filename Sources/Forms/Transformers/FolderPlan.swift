import ByteIO
import Checkpoints
import Containers
import DMOE
package import Experts
import Kernels
import Safetensors
import Tensors
package import Work

/// Export to a folder for Transformers.
package struct FolderPlan: ExportPlan {
  let request: ExportRequest
  let form: TransformersForm
  let contents: FolderContents
  /// Nil if experts are written as they are.
  let refit: ExpertRefit?
  private let refitObstacle: RefitObstacle?
  /// Contents of all files other than the tensors.
  private let documents: [(name: String, bytes: [UInt8])]

  /// Metadata key of files with refitted down projections.
  package static let refitted = "dynamoe.refitted"

  private static let subfolders = [CompanionName.templateFolder]

  init(
    _ request: ExportRequest, _ form: TransformersForm, _ contents: FolderContents,
    _ refit: ExpertRefit?, _ refitObstacle: RefitObstacle?
  ) throws {
    self.refit = refit
    self.refitObstacle = refitObstacle
    self.request = request
    self.form = form
    self.contents = contents
    documents = try FolderDocuments(
      request, form, contents, isRefitted: refit != nil
    ).all()
  }

  /// Description of the written folder.
  package struct Summary: Sendable {
    /// Nil for all experts.
    package let expert: Int?
    /// Number of neurons of each layer.
    package let widths: [Int]
    /// Number of experts in the folder.
    package let experts: Int
    /// Whether the folder has routers.
    package let hasRouters: Bool
    /// Whether the down projections are refitted.
    package let isRefitted: Bool
    /// Reason for no refit, if one was wanted.
    package let refitObstacle: RefitObstacle?
    package let parameters: Int

    /// Whether the configuration is DeciLM's, though the source's is not.
    package let isDeciLM: Bool
    /// Whether all layers have the same width.
    package var isUniform: Bool { widths.allSatisfy { $0 == widths.first } }
  }

  package var summary: Summary {
    Summary(
      expert: contents.expert, widths: contents.widths,
      experts: contents.expert == nil ? request.container.directory.experts : 1,
      hasRouters: contents.routed?.routing != nil, isRefitted: refit != nil,
      refitObstacle: refitObstacle, parameters: contents.parameterCount, isDeciLM: contents.isDeciLM
    )
  }

  package var stages: StageList {
    StageList(
      (refit == nil ? [] : [ExpertRefit.stage])
        + [.writing.costing(.writing(contents.source.byteCount))])
  }

  package func checkOutput() throws {
    let inputs = request.inputs + (form.report.map { [$0.path] } ?? [])
    try Folder.checkOutputFolder(
      request.outputPath, inputs: inputs, force: request.force, subfolders: Self.subfolders
    ) {
      SafetensorsFolderWriter.writes($0) || Checkpoint.isCompanion($0)
        || RemoteCode.names.contains($0)
    }
  }

  package func write(_ context: Context) throws -> PendingOutput {
    let folder = try AtomicFolder(path: request.outputPath, subfolders: Self.subfolders)
    let refitted = try refit?.run(context)
    let source =
      refitted.map { OverlaidTensors(contents.source, with: $0) as any TensorSource }
      ?? contents.source
    let tensors = contents.source.tensors
    let writer = try SafetensorsFolderWriter(
      folder: folder.temporaryPath, tensors: tensors, shardSize: form.shardSize,
      metadata: metadata)
    let done = Counter()
    try context.parallel.forEach(tensors.count) { (index) throws(any Error) in
      let name = tensors[index].name
      try source.open(name).forEachPiece { offset, bytes in
        try writer.write(bytes, of: name, at: offset)
      }
      context.progress.report(.writing, done: done.increment(), of: tensors.count)
    }
    try writer.commit()
    for (name, bytes) in documents {
      let subfolder = Self.subfolders.first { name.hasPrefix($0 + "/") }
      if let subfolder { try folder.makeSubfolder(subfolder) }
      try AtomicFile.write(bytes, to: folder.path(of: name))
    }
    let files = try Folder.names(in: folder.temporaryPath).flatMap { name in
      guard Self.subfolders.contains(name) else { return [name] }
      return try Folder.names(in: folder.path(of: name)).map { "\(name)/\($0)" }
    }
    let bytes = try files.reduce(0) { try $0 + InputFile(path: folder.path(of: $1)).length }
    let force = request.force
    return PendingOutput(bytes: bytes, files: files) { try folder.commit(replacing: force) }
  }

  /// Metadata of the source file, and `format`, which some readers require.
  private var metadata: [(key: String, value: String)] {
    let notes = request.container.directory.sourceMetadata
    let format = notes.contains { $0.key == "format" } ? [] : [("format", "pt")]
    return notes + format + (refit == nil ? [] : [(Self.refitted, "true")])
  }
}
