import Calibration
import Experts
import Kernels
import Pipelines
import Synchronization
import TestSupport
import Testing
import Work

/// `--dry-run` lists the very stages that run.
@Suite struct StagesTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func request(_ recipe: Recipe, rounds: Int = 0) -> PartitionRequest {
    let text = Fixture.model + "/calibration.txt"
    var request = PartitionRequest(
      modelPath: Fixture.model, outputPath: folder.path("t.dmoe"),
      reportPath: folder.path("t.report.json"), generator: "tests")
    request.text = TextRequest(
      paths: [text], maximumTokens: 600, context: 64, beginning: .auto, parsingSpecial: false)
    request.shownPaths = [text]
    request.recipe = recipe
    request.routers = .usual
    request.rounds = rounds
    return request
  }

  @Test(arguments: [Recipe.dynamoe, .residual])
  func `the stages that run are those of the estimate`(recipe: Recipe) throws {
    let partition = Partition(request(recipe, rounds: 1))
    let phases = Phases()
    let context = Context(Parallel(threads: 2), progress: Progress { phases.add($0) })
    // Choices alone are reported as an evaluation; gaps are closed where the file was written.
    let expected = try partition.preview(context).work.stages.map {
      $0.name == "Choosing experts" ? "Evaluating" : $0.name
    }
    _ = try partition.run(context)
    #expect(phases.names.filter { $0 != "Closing gaps" } == expected)
  }

  /// Beginnings of phases, in order.
  private final class Phases: Sendable {
    private let begun = Mutex<[String]>([])
    var names: [String] { begun.withLock { $0 } }

    func add(_ step: Progress.Step) {
      guard step.done == 0 else { return }
      begun.withLock { $0.append(step.phase) }
    }
  }

  @Test func `every round of fits needs all layers of the one before`() throws {
    let stages = try Partition(request(.residual, rounds: 2)).preview(Context(.serial)).work.stages
    func needs(_ stage: Stage) -> [Stage.Need]? { stages[stage]?.needs }
    #expect(needs(.ranking) == [])
    #expect(needs(.fitting(round: 0)) == [.whole("ranking")])
    #expect(needs(.fitting(round: 1)) == [.unit("ranking"), .whole("fitting-0")])
    #expect(needs(.fitting(round: 2)) == [.unit("ranking"), .whole("fitting-1")])
    #expect(needs(.budgets) == [.unit("ranking"), .whole("fitting-2")])
    #expect(needs(.fitting(round: 3)) == nil)
  }

  @Test func `without compensation a layer's fit needs its own plan only`() throws {
    let stages = try Partition(request(.dynamoe)).preview(Context(.serial)).work.stages
    #expect(stages[.fitting(round: 0)]?.needs == [.unit("calibrating")])
    #expect(stages[.ranking] == nil)
  }
}
