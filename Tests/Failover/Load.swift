// Clients that never let a front machine rest, and never let go of what was not answered.

import Foundation
import Programs
import Support

final class Load: Sendable {
  private let front: Front
  private let isOver = Shared(false)
  private let isAbandoned = Shared(false)
  private let failures = Shared<[String]>([])
  private let clients = DispatchGroup()

  init(on front: Front) {
    self.front = front
  }

  /// Starts eight who bring events and two who top up.
  func start() {
    for _ in 0..<8 {
      repeatedly { [front] in
        let number = try front.takePayment()
        return { try front.bring(number) }
      }
    }
    for _ in 0..<2 {
      repeatedly { [front] in
        let key = UUID().uuidString.lowercased()
        return { try front.topUp(key: key) }
      }
    }
  }

  /// Returns when everything has been answered that was begun.
  func stop() throws {
    isOver.withLock { $0 = true }
    clients.wait()
    let failures = failures.withLock { $0 }
    guard failures.isEmpty else { throw ClusterFailure(message: "\(failures)") }
  }

  /// Ends it, whatever has been answered; after `stop`, nothing.
  func abandon() {
    isOver.withLock { $0 = true }
    isAbandoned.withLock { $0 = true }
    clients.wait()
  }

  /// Waits until so much more has been promised.
  func awaitPromises(_ count: Int) throws {
    let goal = front.journal.promises.count + count
    guard patiently({ front.journal.promises.count >= goal }) != nil else {
      throw ClusterFailure(message: "the programs promise nothing")
    }
  }

  /// One wish after the other, each until it is granted.
  private func repeatedly(_ makeWish: @escaping @Sendable () throws -> () throws -> Bool) {
    clients.enter()
    Thread.detachNewThread { [self] in
      defer { clients.leave() }
      do {
        while !isOver.withLock({ $0 }) {
          let wish = try makeWish()
          // Xendit waits longer between two tries; but the sooner it asks, the more it can find.
          let isGranted = try patiently(seconds: 180) { try isAbandoned.withLock { $0 } || wish() }
          guard isGranted != nil else {
            throw ClusterFailure(message: "not granted in three minutes")
          }
        }
      } catch {
        failures.withLock { $0.append("\(error)") }
      }
    }
  }
}
