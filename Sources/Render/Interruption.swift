internal import Foundation
internal import Synchronization

/// Thrown by what stops before it is done because it was asked to.
package struct Interrupted: Error {
  package init() {}
}

/// A wish to stop after the frame at hand, from Ctrl-C or from elsewhere.
package final class Interruption: Sendable {
  private let requested = Atomic(false)
  private let heedsSignals: Bool

  /// `signals` makes SIGINT and SIGTERM such a wish; a second one ends the process at once.
  package init(signals: Bool = false) {
    heedsSignals = signals
    guard signals else { return }
    signalled.store(false, ordering: .relaxed)
    for number in [SIGINT, SIGTERM] {
      signal(number) { number in
        signalled.store(true, ordering: .relaxed)
        signal(number, SIG_DFL)
      }
    }
    // A process inherits what its parent's thread has blocked, and many threads block all signals.
    var wanted = sigset_t()
    sigemptyset(&wanted)
    for number in [SIGINT, SIGTERM] { sigaddset(&wanted, number) }
    pthread_sigmask(SIG_UNBLOCK, &wanted, nil)
  }

  package var isRequested: Bool {
    requested.load(ordering: .relaxed) || heedsSignals && signalled.load(ordering: .relaxed)
  }

  package func request() { requested.store(true, ordering: .relaxed) }
}

// A signal's handler can reach nothing but a global.
private let signalled = Atomic(false)
