internal import Diffusion

/// A picture under way, with the noise that it draws.
struct Run {
  private var denoising: Denoising
  private var noise: WalkNoise
  private var drawn: Int

  /// From noise.
  init(_ state: WalkState, of scene: Scene, by painter: EnginePainter) throws {
    noise = try scene.noise(for: state)
    drawn = 0
    denoising = try painter.begin(noise(0), scene.conditioning(for: state), guidance: state.guidance)
  }

  /// From where others stood.
  init(_ state: WalkState, from moment: Moment, of scene: Scene, by painter: EnginePainter) throws {
    noise = try scene.noise(for: state)
    drawn = moment.drawn
    denoising = painter.resume(moment.standing, scene.conditioning(for: state), guidance: state.guidance)
  }

  var moment: Moment { Moment(standing: denoising.standing, drawn: drawn) }
  var isFinished: Bool { denoising.isFinished }

  mutating func advance() {
    denoising.advance {
      drawn += 1
      return noise(drawn)
    }
  }

  /// As `advance`, and keeps by what keys and values the run attends.
  mutating func advance(keeping memory: inout AttentionMemory) {
    denoising.advance(keeping: &memory) {
      drawn += 1
      return noise(drawn)
    }
  }

  /// As `advance`, while the run attends to a mix of what two others attended to.
  mutating func advance(between from: AttentionMemory, _ to: AttentionMemory, _ mix: AttentionMix) {
    denoising.advance(between: from, to, mix) {
      drawn += 1
      return noise(drawn)
    }
  }

  /// Draws the run towards where another stands, by a share of 0 to 1.
  mutating func draw(to other: Moment, by share: Double) {
    denoising.standing = Moment.arc(moment, other, share).standing
  }
}

/// Where a run stands before an evaluation, and how much noise it has drawn after the first.
struct Moment: Sendable {
  let standing: Standing
  let drawn: Int

  var index: Int { standing.index }

  /// The arc between two runs at the same evaluation.
  static func arc(_ a: Moment, _ b: Moment, _ t: Double) -> Moment {
    let weights = slerpWeights(a.standing.latent, b.standing.latent, t)
    return Moment(standing: .mix((weights.a, a.standing), (weights.b, b.standing)), drawn: a.drawn)
  }
}
