package import DMOE
import Kernels
import Models
import Tensors

extension Router {
  /// The routers that a container holds, one for each layer; none where it has none.
  ///
  /// Their names and shapes were checked when the container was opened.
  package static func routers(of container: DMOEReader) throws(PlanError) -> [Router] {
    guard let kind = container.directory.router.flatMap({ RouterKind(rawValue: $0.rawValue) })
    else { return [] }
    var routers: [Router] = []
    for layer in 0..<container.directory.model.layers {
      var tensors: [Tensor] = []
      for name in tensorNames(kind) {
        guard let stored = container.shared(.router(name, layer: layer)) else { continue }
        do {
          var values = [Float](repeating: 0, count: stored.byteCount / 4)
          var span = values.mutableSpan
          stored.elementType.decode(try container.read(stored), into: &span)
          tensors.append(
            Tensor(
              name: name, rows: stored.shape.count > 1 ? stored.shape[0] : 1,
              columns: stored.shape.last ?? 0, values: values))
        } catch {
          throw .model(.tensor(error))
        }
      }
      do {
        routers.append(try Router(kind, tensors: tensors))
      } catch {
        throw .router(path: container.path, layer: layer, error)
      }
    }
    return routers
  }
}
