-- What wrk asks for, by the kind of work named in KIND. All of it is deterministic: the same lines
-- of the same files in the same order.
--
--   plain     nothing but the URL
--   wallet    GET WALLET_PATH, the users of the file tokens in turn
--   history   GET HISTORY_PATH, the same
--   event     POST EVENT_PATH, a payment of each line of references once, from line POSITION on
--   again     POST EVENT_PATH, payments of the first PAID lines, 1000 at most, over and over
--   top-up    POST TOP_UP_PATH, each with a key of its own (RUN makes it so)
--   login     POST LOGIN_PATH, the users of the file usernames in turn
--   mixed     of 20 requests 16 wallet, 2 history, 1 event, 1 top-up
--
-- The files lie in DIRECTORY; of THREADS threads each takes every so many lines. Only the first
-- PEOPLE users ask, if that is set. At its end, one line: answers that did the work, how many a
-- second, p50, p99 and p99.9 of the latency in ms, refusals (503), credits, their sum in rupiah,
-- lines begun, of which from the first so many all were used; then what was wrong, if anything was.

local ffi = require("ffi")
ffi.cdef([[
  struct benchmark_time { long seconds, nanoseconds; };
  int clock_gettime(int clock, struct benchmark_time *time);
]])

local kind = os.getenv("KIND")
local function setting(name) return os.getenv(name) or error(name .. " is not set") end

-- Writes are counted one by one, and the last ones are waited for: so that what was credited can
-- be held against the database to the rupiah. Of reads wrk's own count will do.
local is_counted = kind ~= "plain" and kind ~= "wallet" and kind ~= "history"
local lines_each = tonumber(setting("THREADS"))
local position = tonumber(setting("POSITION"))
local seconds = tonumber(setting("SECONDS_EACH"))
local refused_wait_milliseconds = 100

-- These are read by done, through thread:get.
answered, refused, credited, sent_rupiah, used, first, last = 0, 0, 0, 0, 0, 0, 0
wrong = ""

local threads = {}

function setup(thread)
  thread:set("number", #threads)
  table.insert(threads, thread)
end

local clock = ffi.new("struct benchmark_time")
local function now()
  ffi.C.clock_gettime(1, clock) -- CLOCK_MONOTONIC
  return tonumber(clock.seconds) + tonumber(clock.nanoseconds) / 1e9
end

-- A file's lines from this thread's first on, every so many of them. With `most` they begin anew
-- after so many lines, or at their end.
local function lines(name, skipped, step, most)
  local path = setting("DIRECTORY") .. "/" .. name
  local file = assert(io.open(path))
  for _ = 1, skipped do file:read("*l") end
  local place = skipped
  return function()
    local line = place ~= most and file:read("*l")
    if not line and most then
      file:seek("set")
      place = 0
      line = file:read("*l")
    end
    place = place + 1
    for _ = 2, step do file:read("*l") end
    return line
  end
end

local function get(path, token)
  return "GET " .. path .. " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " .. token ..
    "\r\n\r\n"
end

local function post(path, headers, body)
  return "POST " .. path .. " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" ..
    headers .. "\r\nContent-Length: " .. #body .. "\r\n\r\n" .. body
end

-- As Xendit sends it. Paid on the day of the top-up, which is not too late.
local function event(line)
  local reference, day, amount, invoice = line:match("^(WTU%-(%d+)%-%x+) (%d+) (%x+)$")
  local date = day:sub(1, 4) .. "-" .. day:sub(5, 6) .. "-" .. day:sub(7, 8)
  sent_rupiah = sent_rupiah + tonumber(amount)
  return post(os.getenv("EVENT_PATH"),
    "X-Callback-Token: " .. os.getenv("XENDIT_WEBHOOK_TOKEN") .. "\r\nWebhook-Id: " .. invoice,
    '{"id":"' .. invoice .. '","external_id":"' .. reference ..
    '","user_id":"62440e322008e87fb29c1fd0","is_high":false,"payment_method":"EWALLET",' ..
    '"status":"PAID","merchant_name":"Dompet","amount":' .. amount .. ',"paid_amount":' ..
    amount .. ',"paid_at":"' .. date .. 'T00:00:00.000Z","description":"Top-up ' .. reference ..
    '","created":"' .. date .. 'T00:00:00.000Z","updated":"' .. date ..
    'T00:00:00.000Z","currency":"IDR","payment_channel":"DANA","ewallet_type":"DANA",' ..
    '"payment_id":"ewc_' .. invoice .. '","payment_method_id":"pm-' .. invoice .. '"}')
end

local make = {}
local token, name, reference, paid

function make.wallet() return get(os.getenv("WALLET_PATH"), token()) end

function make.history() return get(os.getenv("HISTORY_PATH"), token()) end

function make.event()
  local line = reference()
  if not line then
    wrong = "all references have been paid"
    return make.wallet()
  end
  used = used + 1
  return event(line)
end

function make.again()
  used = used % math.floor(math.min(tonumber(setting("PAID")), 1000) / lines_each) + 1
  paid[used] = paid[used] or event(reference())
  return paid[used]
end

local keys = 0
make["top-up"] = function()
  keys = keys + 1
  local key = os.getenv("RUN") .. "-" .. number .. "-" .. keys
  return post(os.getenv("TOP_UP_PATH"),
    "Authorization: Bearer " .. token() .. "\r\nIdempotency-Key: " .. key, '{"amount":50000}')
end

function make.login()
  return post(os.getenv("LOGIN_PATH"), "User-Agent: wrk",
    '{"username":"' .. name() .. '","password":"' .. os.getenv("PASSWORD") .. '"}')
end

local count = 0
function make.mixed()
  count = count + 1
  local place = count % 20
  if place == 7 then return make.event() end
  if place == 13 then return make["top-up"]() end
  return place % 10 == 1 and make.history() or make.wallet()
end

local request_of_kind = make[kind]

function init()
  local people = tonumber(os.getenv("PEOPLE")) or math.huge
  token = lines("tokens", number * 7, 1, people)
  name = lines("usernames", number * 7, 1, people)
  reference = lines("references", (kind == "again" and 0 or position) + number, lines_each)
  paid = {}
  if kind == "plain" then wrk.headers["Authorization"] = "Bearer " .. token() end
end

-- wrk calls this once on the first thread before it starts, and sends nothing of it.
local is_rehearsal = true

if kind ~= "plain" then
  function request()
    if is_rehearsal and number == 0 then
      is_rehearsal = false
      return get("/", "")
    end
    if first == 0 then first = now() end
    return request_of_kind()
  end
end

if is_counted then
  local pauses = 0

  function response(status, _, body)
    last = now()
    if status == 200 or status == 201 then
      answered = answered + 1
      if body:find('"credited":true', 1, true) then credited = credited + 1 end
    elseif status == 503 and kind ~= "event" and kind ~= "again" then
      refused = refused + 1
      pauses = pauses + 1
    elseif wrong == "" then
      wrong = status .. " " .. body:gsub("%s+", " ")
    end
  end

  -- Nothing is begun in the last second. Whoever was refused waits a little.
  function delay()
    if first > 0 and now() > first + seconds then return 60000 end
    if pauses == 0 then return 0 end
    pauses = pauses - 1
    return refused_wait_milliseconds
  end
end

local function sum(name)
  local all = 0
  for _, thread in ipairs(threads) do all = all + thread:get(name) end
  return all
end

local function whole(summary)
  if not is_counted then return summary.requests, summary.duration / 1e6 end
  local longest = 0
  for _, thread in ipairs(threads) do
    longest = math.max(longest, thread:get("last") - thread:get("first"))
  end
  return sum("answered"), longest
end

local function complaint(summary)
  local errors = summary.errors
  for _, thread in ipairs(threads) do
    if thread:get("wrong") ~= "" then return thread:get("wrong") end
  end
  local failed = errors.connect + errors.read + errors.write + errors.timeout
  if failed > 0 then
    return string.format("connect %d, read %d, write %d, time-out %d", errors.connect,
      errors.read, errors.write, errors.timeout)
  end
  if errors.status > sum("refused") then return errors.status .. " answers were not 200" end
  return ""
end

function done(summary, latency)
  local answers, duration = whole(summary)
  local most, least = 0, math.huge
  for _, thread in ipairs(threads) do
    most = math.max(most, thread:get("used"))
    least = math.min(least, thread:get("used"))
  end
  print(string.format("%d %.1f %.3f %.3f %.3f %d %d %d %d %d %s", answers, answers / duration,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, latency:percentile(99.9) / 1000,
    sum("refused"), sum("credited"), sum("sent_rupiah"), most * lines_each, least * lines_each,
    complaint(summary)))
end
