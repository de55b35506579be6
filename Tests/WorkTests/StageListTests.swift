import Testing
import Work

@Suite struct StageListTests {
  private let list = StageList([
    Stage("Counting", key: "a", artifact: "sums").costing(
      StageCost(seconds: 1, memory: 10, scratch: 100)),
    Stage("Fitting", key: "b", artifact: "maps").needing(nil, .unit("a")).costing(
      StageCost(seconds: 2, memory: 30, scratch: 50)),
    Stage("Writing", key: "c", unit: .tensors, artifact: "a file").needing(.whole("b")),
  ])

  @Test func `a list adds up times, and takes the largest memory`() {
    #expect(list.seconds == 3 && list.memory == 30)
    #expect(list.scratch(isResumable: false) == 100 && list.scratch(isResumable: true) == 150)
    #expect(list.sweeps.map(\.key) == ["a", "b"])
  }

  @Test func `a stage is found by its key`() {
    let found = list[Stage("Other", key: "b", artifact: "")]
    #expect(found?.name == "Fitting" && found?.needs == [.unit("a")])
    #expect(list[Stage("Counting", key: "d", artifact: "")] == nil)
  }

  @Test func `a stage before what it needs, and a key twice, are mistakes`() async {
    await #expect(processExitsWith: .failure) {
      _ = StageList([
        Stage("Fitting", key: "b", artifact: "").needing(.whole("a")),
        Stage("Counting", key: "a", artifact: ""),
      ])
    }
    await #expect(processExitsWith: .failure) {
      _ = StageList([
        Stage("Counting", key: "a", artifact: ""), Stage("Counting", key: "a", artifact: ""),
      ])
    }
  }
}
