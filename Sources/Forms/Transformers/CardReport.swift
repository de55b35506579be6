import Architectures
import ByteIO
import Containers
import DMOE
import JSON
import Reports

/// Calibration report, for the figures of a model card.
package struct CardReport: Sendable {
  package let path: String
  let document: JSONValue

  package init(path: String) throws {
    self.path = path
    let bytes = try InputFile(path: path).readAll(limit: 1 << 28)
    do {
      document = try JSONScanner.scan(bytes)
    } catch {
      throw ReportPageError.invalidJSON(path: path, error)
    }
  }

  /// Default path of a container's report, whether or not the file exists.
  package static func path(beside container: String) -> String? {
    let ending = ".dmoe"
    guard container.hasSuffix(ending) else { return nil }
    return container.dropLast(ending.count) + ".report.json"
  }

  /// Throws unless the report describes this container, or a larger one that it was cut from.
  func check(against directory: DMOEDirectory) throws {
    do {
      let root = JSONField(document)
      _ = try root.member("schema").mustBe("dynamoe.report")
      let plan = try root.member("plan")
      let source = try root.member("source")
      for (name, value) in [
        ("layers", directory.model.layers), ("hidden_size", directory.model.hiddenSize),
      ] {
        _ = try source.member(name).int(in: value...value)
      }
      let neurons = try NeuronCounts(report: source, layers: directory.model.layers)
      guard neurons == directory.model.neurons else {
        throw JSONFieldError(
          field: source.path, expected: "the widths of the file", found: "others")
      }
      _ = try plan.member("importance").mustBe(directory.importance)
      let layers = try plan.member("layers")
      for (field, widths) in try zip(layers.elements(), directory.widths) {
        let found = try field.member("widths").elements().map { $0.value.int }
        guard found.starts(with: widths) else {
          throw try field.member("widths").mismatch(expected: "\(widths)")
        }
      }
    } catch let error as JSONFieldError {
      throw FormError.otherReport(path: path, error)
    }
  }
}
