import Tensors
import Testing

@Suite struct DescriptionTests {
  @Test(arguments: ElementType.ofSafetensors)
  func `bytes follow from type and shape`(type: ElementType) throws {
    let tensor = try #require(TensorDescription(name: "a", elementType: type, shape: [3, 4]))
    #expect(tensor.elementCount == 12)
    #expect(tensor.byteCount == 12 / type.block.elements * type.block.bytes)
    let empty = try #require(TensorDescription(name: "a", elementType: type, shape: [3, 0]))
    #expect(empty.byteCount == 0)
    let scalar = TensorDescription(name: "a", elementType: type, shape: [])
    #expect(scalar?.byteCount == (type.elementBytes))
  }

  @Test(
    arguments: [
      ([], 1), ([0], 0), ([2, 3], 6), ([0, 1 << 62, 8], 0), ([1 << 62, 2, 0], 0),
      ([Int.max], Int.max),
      ([1 << 62, 2], nil), ([1 << 62, 4, 0], nil), ([Int.max, Int.max], nil), ([-1], nil),
      ([0, -1], nil),
      ([-1, -1], nil),
    ] as [([Int], Int?)])
  func `extents are multiplied from left to right`(shape: [Int], count: Int?) {
    #expect(TensorDescription.elementCount(of: shape) == count)
    #expect(
      TensorDescription(name: "a", elementType: .u8, shape: shape)?.elementCount == count)
  }

  @Test func `a number of bytes that overflows is refused`() {
    #expect(ElementType.f64.byteCount(elements: 1 << 60) == nil)
    #expect(ElementType.f64.byteCount(elements: (1 << 60) - 1) == Int.max - 7)
    #expect(ElementType.f4.byteCount(elements: 3) == nil)
    #expect(ElementType.f6E2M3.byteCount(elements: 6) == nil)
    #expect(ElementType.f6E2M3.byteCount(elements: 8) == 6)
  }

  @Test func `names are told apart and sorted by their bytes`() {
    let composed: TensorName = "é"
    let decomposed: TensorName = "e\u{301}"
    #expect(composed != decomposed)
    #expect(decomposed < composed)
    #expect(Set([composed, decomposed, "é"]).count == 2)
    #expect(
      (["b", "a10", "a", "B", "a2"] as [TensorName]).sorted() == ["B", "a", "a10", "a2", "b"])
  }
}
