// The units under a real systemd. All share one machine, so they run one after the other.

import Testing

@Suite(
  "Under systemd", .serialized,
  .enabled(if: Machine.obstacle == nil, Comment(rawValue: Machine.obstacle ?? "")))
struct SystemdTests {}
