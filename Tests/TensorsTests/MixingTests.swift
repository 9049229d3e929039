import Tensors
import Testing

@Suite struct MixingTests {
  private static func tensor(_ shape: [Int], _ scalar: Scalar, _ seed: Int) -> Tensor {
    let count = shape.reduce(1, *)
    // Eighths, which both types hold exactly.
    return Tensor((0..<count).map { Float(($0 * 37 + seed * 11) % 64 - 32) / 8 }, shape: shape, scalar: scalar)
  }

  @Test(arguments: [Scalar.float32, .bfloat16], [[1, 1, 1], [1, 3, 7], [2, 5, 33], [1, 129, 514]])
  func lerpIsTheStraightLine(scalar: Scalar, shape: [Int]) {
    let (a, b) = (Self.tensor(shape, scalar, 1), Self.tensor(shape, scalar, 2))
    #expect(Tensor.lerp(a, b, 0).floats == a.floats)
    #expect(Tensor.lerp(a, b, 1).floats == b.floats)
    let wanted = zip(a.floats, b.floats).map { 0.75 * $0 + 0.25 * $1 }
    let error = zip(Tensor.lerp(a, b, 0.25).floats, wanted).map { abs($0 - $1) }.max()!
    #expect(error <= (scalar == .float32 ? 1e-6 : 4 / 256))  // half a last place of bf16 below 4
  }

  @Test(arguments: [Scalar.float32, .bfloat16]) func tokensFollowOneAnother(scalar: Scalar) {
    let (a, b) = (Self.tensor([1, 3, 6], scalar, 1), Self.tensor([1, 2, 6], scalar, 2))
    let both = a.followed(by: b)
    #expect(both.shape == [1, 5, 6])
    #expect(both.floats == a.floats + b.floats)
  }

  @Test(arguments: [Scalar.float32, .bfloat16]) func columnsOfOnePictureAreTakenOut(scalar: Scalar) {
    let x = Self.tensor([3, 4, 10], scalar, 1)
    let columns = x.columns(3..<7)
    #expect(columns.pictures == 3)
    let taken = columns.picture(1)
    #expect(taken.shape == [1, 4, 4])
    let floats = x.floats
    let expected: [Float] = (4..<8).flatMap { row in Array(floats[row * 10 + 3..<row * 10 + 7]) }
    #expect(taken.floats == expected)
  }
}
