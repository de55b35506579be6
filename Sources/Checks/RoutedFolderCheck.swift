import Architectures
import ByteIO
import Checkpoints
import DMOE
import Experts
import Forms
import JSON
import Reports
import Tensors

enum RoutedFolderCheck: Check {
  static let id = "routed"
  static let summary = """
    In an exported folder with routers, the Python files, which Transformers runs, equal those of \
    this program byte for byte, and the folder neither contains nor names other code; \
    routers, compensation, skipping and permutations have the shapes that \
    config.json requires, and each permutation contains every neuron once.
    """

  static func applies(to subject: CheckSubject) -> Bool {
    (try? subject.routedField()) != nil
  }

  static func run(on subject: CheckSubject) throws -> CheckOutcome {
    guard let field = try subject.routedField() else { return .skipped("no folder with routers") }
    let form = try RoutedConfiguration(field)
    if let file = try changedCode(of: subject.checkpoint, form) {
      guard subject.checkpoint.place?.contains(file) == true else {
        return .failed("\(file) is missing")
      }
      return .failed(
        "\(file) differs from the one that this version of dynamoe writes: do not run it")
    }
    if let other = try otherCode(of: subject.checkpoint) {
      return .failed("\(other), which is not part of dynamoe: do not run it")
    }
    let model = try subject.model()
    guard (try? form.check(against: model)) != nil,
      try subject.checkpoint.document("config.json")?.object?["model_type"]
        == .string(form.dynamoeModelType)
    else { return .failed("config.json: dynamoe describes experts of another model") }
    if let budgets = form.budgets, let routing = form.routing,
      !budgets.isValid(routing.target)
    {
      return .failed("config.json: dynamoe.budgets: costs and knobs are not strictly monotone")
    }
    if let difference = try difference(subject.checkpoint, form, model) {
      return .failed(difference)
    }
    let routers = form.routing.map { "\($0.router.rawValue) routers" } ?? "no routers"
    let compensation = form.routing?.compensationRank.map { ", compensation of rank \($0)" } ?? ""
    let skipping = form.routing?.skips == true ? ", skipping" : ""
    return .passed(
      "\(form.widths.first?.count ?? 0) experts in each of \(form.widths.count) layers, "
        + "\(routers)\(compensation)\(skipping); the code is that of this version")
  }

  /// The first Python file that differs from the exported one; nil if none does.
  static func changedCode(of folder: Checkpoint, _ form: RoutedConfiguration) throws -> String? {
    guard let place = folder.place else { return nil }
    return try RemoteCode.files(modelType: form.modelType).first { name, bytes in
      guard place.contains(name) else { return name != RemoteCode.optionalName }
      return try place.open(name).readAll(limit: 1 << 24) != bytes
    }?.name
  }

  /// Code that Transformers or Python would run besides the exported files; nil if there is none.
  private static func otherCode(of folder: Checkpoint) throws -> String? {
    guard let place = folder.place else { return nil }
    for name in try place.names() {
      // finetune.py would import it in place of a standard module.
      let isModule =
        [".py", ".pyc", ".pyd", ".so"].contains(where: name.hasSuffix)
        || place.isFolder(name) && !name.hasPrefix(".") && !isTemplates(name, place)
      if isModule, !RemoteCode.names.contains(name) { return "the folder contains \(name)" }
      guard name.hasSuffix("config.json"), let document = try folder.document(name)?.object else {
        continue
      }
      let isOurs = name == "config.json" && document["auto_map"] == RemoteCode.classes
      guard isOurs || document["auto_map"] == nil, document["custom_pipelines"] == nil else {
        return "\(name) names code"
      }
    }
    return nil
  }

  /// Whether an entry is the folder of chat templates, with nothing else in it.
  private static func isTemplates(_ name: String, _ place: any Place) -> Bool {
    guard name == CompanionName.templateFolder, let names = try? place.names(in: name) else {
      return false
    }
    return names.allSatisfy { $0.hasSuffix(".jinja") && !place.isFolder("\(name)/\($0)") }
  }

  /// A tensor that is missing, misshapen or unknown; nil if there is none.
  private static func difference(
    _ folder: Checkpoint, _ form: RoutedConfiguration, _ model: Model
  ) throws -> String? {
    var known = Set<TensorName>()
    for layer in form.widths.indices {
      let place = RoutedConfiguration.place(beside: model.tensorName(.down, layer: layer) ?? "")
      for tensor in form.tensors(layer: layer, hiddenSize: model.configuration.hiddenSize) {
        let name = TensorName(place + tensor.name)
        guard let found = folder.tensor(name) else { return "the tensor \(name) is missing" }
        // Transformers may have saved numbers again in another type.
        let isAlike =
          found.elementType == tensor.elementType
          || found.elementType.isFloatingPoint && tensor.elementType.isFloatingPoint
        guard isAlike, found.shape == tensor.shape else {
          return "\(name): expected \(tensor.elementType.rawValue) \(tensor.shape), found "
            + "\(found.elementType.rawValue) \(found.shape)"
        }
        if case .skipping(let part, _) = tensor.kind, part == "scale" || part == "cost" {
          let numbers = found.elementType.doubles(try folder.source.read(name))
          guard numbers.allSatisfy({ $0.isFinite && $0 >= 0 }) else {
            return "\(name): expected finite numbers of at least 0"
          }
        }
        known.insert(name)
      }
      let name = TensorName(place + RoutedConfiguration.permutation)
      guard try isPermutation(folder.source.read(name)) else {
        return "\(name) does not contain every neuron once"
      }
    }
    let inside = "." + RoutedConfiguration.module
    let extra = folder.tensors.first { $0.name.text.contains(inside) && !known.contains($0.name) }
    return extra.map { "config.json describes no tensor \($0.name)" }
  }

  private static func isPermutation(_ bytes: [UInt8]) -> Bool {
    let count = bytes.count / 4
    var seen = [Bool](repeating: false, count: count)
    for rank in 0..<count {
      let index = Int(LittleEndian.load(UInt32.self, from: bytes, at: 4 * rank))
      guard index < count, !seen[index] else { return false }
      seen[index] = true
    }
    return true
  }
}
