/// A header field, as named in errors.
package enum GGUFField: Sendable, Equatable {
  case magic
  case version
  case tensorCount
  case keyCount

  /// Name of the n-th key, counted from 0.
  case key(Int)
  case valueType(key: String)
  case elementType(key: String)
  case elementCount(key: String)
  case value(key: String)
  case element(key: String, Int)

  /// Name of the n-th tensor, counted from 0.
  case tensor(Int)
  case dimensionCount(tensor: String)
  case extent(tensor: String, Int)
  case elementsType(tensor: String)
  case offset(tensor: String)

  /// Padding between the header and the aligned start of the data.
  case padding
}

extension GGUFField: CustomStringConvertible {
  package var description: String {
    switch self {
    case .magic: "magic"
    case .version: "version"
    case .tensorCount: "tensor_count"
    case .keyCount: "metadata_kv_count"
    case .key(let number): "key \(number)"
    case .valueType(let key): "type of \(quoted(key))"
    case .elementType(let key): "element type of \(quoted(key))"
    case .elementCount(let key): "element count of \(quoted(key))"
    case .value(let key): quoted(key)
    case .element(let key, let index): "element \(index) of \(quoted(key))"
    case .tensor(let number): "name of tensor \(number)"
    case .dimensionCount(let tensor): "n_dimensions of tensor \(quoted(tensor))"
    case .extent(let tensor, let axis): "dimension \(axis) of tensor \(quoted(tensor))"
    case .elementsType(let tensor): "type of tensor \(quoted(tensor))"
    case .offset(let tensor): "offset of tensor \(quoted(tensor))"
    case .padding: "padding before the data"
    }
  }
}
