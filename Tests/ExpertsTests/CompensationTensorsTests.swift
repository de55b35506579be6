import Experts
import Kernels
import Tensors
import TestSupport
import Testing

@Suite struct CompensationTensorsTests {
  private func compensation(rank: Int) -> Compensation {
    CompensationExample(tokens: 50, size: 6, decay: 1, seed: 1).fit().fit(rank: rank)
  }

  /// The tensors of a file that has a compensation.
  private func tensors(of compensation: Compensation) -> [Compensation.Tensor] {
    func tensor(_ name: String, _ type: ElementType, _ matrix: Matrix) -> Compensation.Tensor {
      Compensation.Tensor(
        name: name, elementType: type, rows: matrix.rows, columns: matrix.columns,
        values: matrix.values)
    }
    let bias = compensation.bias
    let matrices = [
      tensor("first.weight", .bf16, compensation.first),
      tensor("second.weight", .bf16, compensation.second),
    ]
    return (compensation.rank > 0 ? matrices : [])
      + [tensor("bias", .f32, Matrix(rows: 1, columns: bias.count, values: bias))]
  }

  @Test(arguments: [0, 1, 6])
  func `a compensation is what its tensors say`(rank: Int) throws {
    let compensation = compensation(rank: rank)
    let tensors = tensors(of: compensation)
    #expect(try Compensation(tensors: tensors.reversed(), hiddenSize: 6) == compensation)
    let count = tensors.reduce(0) { $0 + $1.values.count }
    #expect(compensation.parameterCount == count)
    #expect(Compensation.parameterCount(rank: rank, hiddenSize: 6) == count)
  }

  @Test func `tensors that do not fit are refused`() {
    let tensors = tensors(of: compensation(rank: 2))
    func expect(_ error: CompensationError, _ tensors: [Compensation.Tensor], hiddenSize: Int = 6) {
      #expect(throws: error) { try Compensation(tensors: tensors, hiddenSize: hiddenSize) }
    }
    func tensor(_ name: String, _ rows: Int, _ columns: Int, count: Int) -> Compensation.Tensor {
      Compensation.Tensor(
        name: name, elementType: .f32, rows: rows, columns: columns,
        values: [Float](repeating: 0, count: count))
    }
    expect(.missing("bias"), [])
    expect(.missing("bias"), Array(tensors[..<2]))
    expect(.missing("first.weight"), Array(tensors[1...]))
    expect(.missing("second.weight"), [tensors[0], tensors[2]])
    expect(.unexpected("bias"), tensors + [tensors[2]])
    expect(.unexpected("weight"), tensors + [tensor("weight", 1, 1, count: 1)])
    func shape(_ name: String, _ size: (Int, Int), _ expected: (Int?, Int?)) -> CompensationError {
      .shape(
        name, rows: size.0, columns: size.1, expectedRows: expected.0, expectedColumns: expected.1)
    }
    expect(shape("bias", (1, 6), (1, 7)), tensors, hiddenSize: 7)
    expect(
      shape("first.weight", (2, 5), (nil, 6)),
      [tensor("first.weight", 2, 5, count: 10), tensors[1], tensors[2]])
    expect(
      shape("first.weight", (0, 6), (nil, 6)),
      [tensor("first.weight", 0, 6, count: 0), tensors[1], tensors[2]])
    expect(
      shape("second.weight", (6, 3), (6, 2)),
      [tensors[0], tensor("second.weight", 6, 3, count: 18), tensors[2]])
    expect(
      shape("second.weight", (6, 2), (6, 2)),
      [tensors[0], tensor("second.weight", 6, 2, count: 11), tensors[2]])
    let endless = tensor("first.weight", .max, 6, count: 0)
    expect(shape("first.weight", (.max, 6), (nil, 6)), [endless, tensors[1], tensors[2]])
  }
}
