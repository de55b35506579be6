import Tensors

/// Tensors of equal type and shape whose names differ only in numbers.
struct TensorGroup {
  /// Common pattern of the names: `model.layers.[0-31].mlp.up_proj.weight`.
  let pattern: String
  let elementType: ElementType
  let shape: [Int]
  let parameters: Int

  private struct Key: Hashable {
    let template: TensorName
    let elementType: ElementType
    let shape: [Int]
  }

  static func groups(of tensors: [TensorDescription]) -> [TensorGroup] {
    var members: [Key: [TensorDescription]] = [:]
    for tensor in tensors {
      let template = parts(of: tensor.name).map { $0.number == nil ? $0.text : "#" }
      let key = Key(
        template: TensorName(template.joined(separator: ".")), elementType: tensor.elementType,
        shape: tensor.shape)
      members[key, default: []].append(tensor)
    }
    return members.map { key, tensors in
      TensorGroup(
        pattern: pattern(of: tensors), elementType: key.elementType, shape: key.shape,
        parameters: tensors.reduce(0) { $0 + $1.elementCount })
    }
    .sorted { TensorName($0.pattern) < TensorName($1.pattern) }
  }

  private static func parts(of name: TensorName) -> [(text: String, number: Int?)] {
    name.text.split(separator: ".", omittingEmptySubsequences: false).map { part in
      let isNumber = !part.isEmpty && part.utf8.allSatisfy { (0x30...0x39).contains($0) }
      return (String(part), isNumber ? Int(part) : nil)
    }
  }

  private static func pattern(of tensors: [TensorDescription]) -> String {
    let all = tensors.map { parts(of: $0.name) }
    guard let first = all.first else { return "" }
    return first.indices.map { index in
      guard first[index].number != nil else { return first[index].text }
      let numbers = Set(all.compactMap { $0[index].number }).sorted()
      return numbers.count == 1 ? "\(numbers[0])" : "[\(ranges(numbers))]"
    }
    .joined(separator: ".")
  }

  /// `0-3,5` for 0, 1, 2, 3, 5.
  private static func ranges(_ numbers: [Int]) -> String {
    var ranges: [ClosedRange<Int>] = []
    for number in numbers {
      if let last = ranges.last, last.upperBound + 1 == number {
        ranges[ranges.count - 1] = last.lowerBound...number
      } else {
        ranges.append(number...number)
      }
    }
    return ranges.map { range in
      range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound)-\(range.upperBound)"
    }
    .joined(separator: ",")
  }
}
