import Architectures
import ByteIO
import Checkpoints
import Containers
import DMOE
import JSON
import Reports
import Tensors

/// Files of a folder for Transformers other than the tensors: companions, configuration, code and
/// model card.
struct FolderDocuments {
  private let request: ExportRequest
  private let form: TransformersForm
  private let contents: FolderContents
  private let isRefitted: Bool

  init(
    _ request: ExportRequest, _ form: TransformersForm, _ contents: FolderContents,
    isRefitted: Bool
  ) {
    self.isRefitted = isRefitted
    self.request = request
    self.form = form
    self.contents = contents
  }

  /// Names and contents of the files.
  func all() throws -> [(name: String, bytes: [UInt8])] {
    var documents: [(name: String, bytes: [UInt8])] = []
    for name in request.checkpoint.companions where name != Checkpoint.cardName {
      guard let bytes = try contents.companion(name) else { continue }
      documents.append((name, bytes))
    }
    guard let place = documents.firstIndex(where: { $0.name == "config.json" }) else {
      throw ModelError.noConfiguration(path: request.checkpoint.path)
    }
    documents[place].bytes = try contents.configuration()
    if let routed = contents.routed { documents += RemoteCode.files(modelType: routed.modelType) }
    documents.append((Checkpoint.cardName, try card(documents)))
    return documents
  }

  private func card(
    _ documents: [(name: String, bytes: [UInt8])]
  ) throws -> [UInt8] {
    let directory = contents.container.directory
    let text = documents.first { $0.name.hasPrefix("LICENSE") }
    let model = try Model(request.checkpoint)
    let modelType = try request.checkpoint.document("config.json")?.object?["model_type"]?.string
    func bytes(_ tensors: [TensorDescription]) -> Int { tensors.reduce(0) { $0 + $1.byteCount } }
    let sources = directory.sourceTensors.map(\.description)
    do {
      return try ModelCard(
        directory: directory, expert: contents.expert, isRefitted: isRefitted,
        isWrapped: modelType.map { !model.family.modelTypes.contains($0) } ?? false,
        size: .init(parameters: contents.parameterCount, bytes: bytes(contents.source.tensors)),
        sourceSize: .init(
          parameters: sources.reduce(0) { $0 + $1.elementCount }, bytes: bytes(sources)),
        report: form.report?.document,
        license: CardLicense(
          card: request.checkpoint.companion(Checkpoint.cardName),
          text: text.map { ($0.name, $0.bytes) }),
        command: form.command, folder: Folder.name(of: request.outputPath),
        generator: request.generator
      ).bytes
    } catch let error as JSONFieldError {
      throw ReportPageError.notReport(path: form.report?.path ?? "", error)
    }
  }
}
