-- What wrk prints at its end, on one line for Tests/Benchmark/run: answers, answers a second, the
-- median and the 99th percentile of the latency in milliseconds, and how many requests failed.

function done(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.timeout + errors.status
  print(string.format("%d %.1f %.3f %.3f %d", summary.requests,
    summary.requests / summary.duration * 1e6, latency:percentile(50) / 1000,
    latency:percentile(99) / 1000, failed))
end
