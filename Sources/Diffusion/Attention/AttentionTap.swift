internal import Synchronization
internal import Tensors

/// What the attentions of one transformer block do with keys and values besides their own work.
enum AttentionTap: Sendable {
  /// They keep those of the last picture's own tokens.
  case keep(AttentionKeeper)
  /// They attend to those of two other runs; own tokens and prompt apart.
  case mix(AttentionMix, own: AttentionMix.Ends, prompt: AttentionMix.Ends)

  /// What own tokens hear instead of one another; nil changes nothing. `keysAndValues` are their own, side by side.
  func own(_ q: Columns, _ keysAndValues: Columns, heads: Int) -> Tensor? {
    switch self {
    case .keep(let keeper):
      keeper.keep(keysAndValues.picture(keysAndValues.pictures - 1))
      return nil
    case .mix(let mix, let ends, _): return mix.attend(q, own: keysAndValues.picture(0), ends, heads: heads)
    }
  }

  /// What they hear instead of their prompt; nil changes nothing.
  func prompt(_ q: Columns, _ keysAndValues: Tensor, heads: Int) -> Tensor? {
    guard case .mix(let mix, _, let ends) = self else { return nil }
    return mix.attend(q, own: keysAndValues, ends, heads: heads)
  }
}

/// Keys and values of one evaluation, block after block.
final class AttentionKeeper: Sendable {
  private let tensors = Mutex<[Tensor]>([])
  var kept: [Tensor] { tensors.withLock { $0 } }

  func keep(_ tensor: Tensor) { tensors.withLock { $0.append(tensor) } }
}
