/** calendarbot's calendar, and what a hostile one can do to the service (S0 DAEMON-006, DAEMON-010). */
import assert from "node:assert/strict";
import fs from "node:fs";
import { Bot, compact, dayAfter, endlessEvent, event, ics, TODAY } from "../support/calendar.ts";
import { remains, until } from "../support/instance.ts";

// deno-lint-ignore no-explicit-any -- the shape under test
async function events(bot: Bot, query = ""): Promise<any> {
  return JSON.parse((await bot.get(`/api/calendar/events${query}`)).body);
}

/** Processes that read a calendar for this instance's daemon. */
function readersOf(bot: Bot): number[] {
  return fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
    try {
      const words = fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
      return words[0] === bot.binary && words[1] === "inspect" && parentOf(pid) === bot.pid();
    } catch {
      return false; // gone, or not ours
    }
  });
}

function parentOf(pid: number): number {
  return Number(/^PPid:\s+(\d+)/m.exec(fs.readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
}

Deno.test("S0 DAEMON-010: the page and the JSON show the days that are asked for", async () => {
  const later = `DTSTART;VALUE=DATE:${compact(dayAfter(30))}`;
  const daily = ["RRULE:FREQ=DAILY", `DTSTART:${compact(TODAY)}T120000Z`];
  await using bot = new Bot(ics(event("Standup", ...daily), event("Party", later, "LOCATION:Roof")));
  await bot.daemon();
  const page = await bot.shows("Standup");
  assert.equal(page.match(/<h3>/g)?.length, 7);
  assert.match((await bot.get(`/calendar?from=${dayAfter(30)}`)).body, /all day[^]*Party[^]*Roof/);
  const report = await events(bot, `?from=${dayAfter(29)}&to=${dayAfter(31)}`);
  assert.deepEqual(
    // deno-lint-ignore no-explicit-any -- as above
    report.events.map(({ title, start, end, all_day }: any) => [title, start, end, all_day]),
    [
      ["Standup", `${dayAfter(29)}T12:00:00Z`, `${dayAfter(29)}T12:00:00Z`, false],
      ["Party", dayAfter(30), dayAfter(31), true],
      ["Standup", `${dayAfter(30)}T12:00:00Z`, `${dayAfter(30)}T12:00:00Z`, false],
    ],
  );
  assert.deepEqual([report.calendar.name, report.from, report.to], ["Team", dayAfter(29), dayAfter(31)]);
  for (
    const query of ["?from=2026-02-30", "?from=<b>", `?from=${TODAY}&to=${TODAY}`, "?from=1000-01-01&to=3000-01-01"]
  ) {
    const { status, body } = await bot.get(`/api/calendar/events${query}`);
    assert.equal(status, 400, query);
    assert.match(JSON.parse(body).error.message, /has to be/);
  }
  assert.equal((await bot.get("/calendar?from=tomorrow")).status, 400);
  assert.match((await bot.get("/calendar?from=1999-01-01")).body, /is known from .* only/);
});

Deno.test("S0 DAEMON-010: an edit of the file is served at once", async () => {
  await using bot = new Bot(ics(event("Standup")), 'refresh = "1d"');
  await bot.daemon();
  await bot.shows("Standup");
  for (const title of ["First edit", "Second edit", "Third edit"]) {
    bot.edit(ics(event(title)));
    await bot.shows(title);
  }
});

Deno.test("S0 DAEMON-010: an address is read in the background, conditionally, and its secret is told nobody", async () => {
  let calendar = ics(event("Standup"));
  let answers = true;
  const statuses: number[] = [];
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, ({ headers }) => {
    const etag = `"${calendar.length}"`;
    const status = !answers ? 503 : headers.get("if-none-match")?.includes(etag) ? 304 : 200;
    statuses.push(status);
    return new Response(status === 200 ? calendar : null, { status, headers: { etag } });
  });
  const { port } = server.addr;
  await using bot = new Bot(undefined, `source = "http://127.0.0.1:${port}/private-4711/team.ics"\nrefresh = "1s"`);
  await bot.daemon();
  await bot.shows("Standup");
  await until("an answer without content", () => statuses.includes(304));
  calendar = ics(event("Retrospective"));
  await bot.shows("Retrospective");
  answers = false;
  const page = await bot.shows("the server answers 503");
  assert.match(page, /Retrospective/);
  const body = await until("the check", async () => {
    const health = await bot.get("/health");
    return health.body.includes("the server answers 503") ? health.body : undefined;
  });
  const told = [page, body, bot.log(), (await bot.run(["--daemon-status"])).stdout, (await bot.run(["agenda"])).stdout];
  for (const text of told) assert.doesNotMatch(text, /4711/);
  answers = true;
  await until("health", async () => (await bot.health()).body.checks.calendar.ok);
});

Deno.test("S0 DAEMON-006: whatever an event says is text on the page", async () => {
  const hostile = "<script>document.title='owned'</script><img src=x onerror=alert(1)>";
  await using bot = new Bot(ics(
    event(hostile, `DESCRIPTION:${hostile}`, `LOCATION:${hostile}`, "URL:javascript:alert(1)"),
    `X-WR-CALNAME:${hostile}`,
  ));
  await bot.daemon();
  const page = await bot.shows("owned");
  assert.doesNotMatch(page, /<script|<img|javascript:/);
  const response = await fetch(`http://127.0.0.1:${bot.port}/calendar`);
  await response.body?.cancel();
  assert.match(
    response.headers.get("content-security-policy") ?? "",
    /^default-src 'none'; style-src 'sha256-[^;]*; img-src data:/,
  );
  assert.equal(response.headers.get("x-content-type-options"), "nosniff");
});

Deno.test("S0 DAEMON-006: broken events are left out and told, the others are shown", async () => {
  const broken = ["BEGIN:VEVENT", "DTSTART:gibberish", "END:VEVENT", "BEGIN:VEVENT", "SUMMARY:never ends"].join("\r\n");
  await using bot = new Bot(ics(broken, event("Standup"), event("Often", "RRULE:FREQ=SECONDLY")));
  await bot.daemon();
  const page = await bot.shows("Standup");
  assert.match(page, /3 left out/);
  assert.match(page, /recurs more often than once an hour/);
  const warning = /WARN {2}calendarbot\.jobs\.refresh: left out .*line=4 /;
  await until("it is logged", () => warning.test(bot.log())); // After the page has it.
  assert.equal((await bot.health()).status, 200);
});

Deno.test("S0 DAEMON-006: 50 MB, a device or a rule that never ends do not stop the service, and the last good calendar stays", async () => {
  await using bot = new Bot();
  await bot.daemon();
  await bot.shows("Standup");
  bot.edit(ics(...Array.from({ length: 50 }, () => event("x", `DESCRIPTION:${"y".repeat(1_000_000)}`))));
  await bot.shows("larger than calendar.max_size");
  bot.edit(ics(endlessEvent(), event("Neighbour")));
  const slowest = { ms: 0 };
  const body = await until("the end of its reading", async () => {
    const begin = performance.now();
    await bot.get("/livez");
    slowest.ms = Math.max(slowest.ms, performance.now() - begin);
    const page = await bot.get("/calendar");
    assert.match(page.body, /Standup|Neighbour/);
    return page.body.includes("Neighbour") ? page.body : undefined;
  }, 90_000);
  assert.match(body, /Line 4: its recurrence rule never ends/);
  assert.ok(slowest.ms < 5000, `an answer took ${slowest.ms} ms`); // The reader's time is 15 s.
  assert.equal((await bot.health()).status, 200);
  bot.edit(ics(event("Recovered")));
  await bot.shows("Recovered");
});

Deno.test("S0 DAEMON-006: a reader that never ends does not outlive a stop, and has a limit where nobody can stop it", async () => {
  await using bot = new Bot(ics(endlessEvent()));
  await bot.daemon();
  const reader = await until("a reader", () => readersOf(bot)[0]);
  assert.match(fs.readFileSync(`/proc/${reader}/limits`, "utf8"), /^Max cpu time +30 /m);
  const { code, stdout } = await bot.run(["--daemon-stop", "--timeout", "3s"]);
  assert.equal(code, 0, stdout);
  await until("its end", () => !remains(reader)); // By itself that is after 30 s of processor time.
});

Deno.test("S0 DAEMON-009: agenda shows the next days, from the service or without it, and drives no terminal", async () => {
  await using bot = new Bot(ics(event("Stand\u001b[31mup\u202e", "LOCATION:Room 1")));
  const tomorrow = ["agenda", "--from", dayAfter(1), "--days", "1"];
  const alone = await bot.run(tomorrow);
  assert.equal(alone.code, 0, alone.stderr);
  assert.match(alone.stdout, /^\w+ \d+ \w+ \(\d{4}-\d\d-\d\d\)\n {2}12:00 +Stand\\x1b\[31mup\\u202e {2}\(Room 1\)\n$/);
  await bot.daemon();
  await bot.shows("Room 1");
  assert.equal((await bot.run(tomorrow)).stdout, alone.stdout);
  const json = JSON.parse((await bot.run(["agenda", "--json", "--from", dayAfter(2)])).stdout);
  assert.deepEqual([json.from, json.to, json.events], [dayAfter(2), dayAfter(9), []]);
  assert.match((await bot.run(["agenda", "--from", dayAfter(2)])).stdout, /^nothing in 7 days from /);
  for (const words of [["--days", "0"], ["--days", "many"], ["--from", "tomorrow"]]) {
    assert.equal((await bot.run(["agenda", ...words])).code, 2, words.join(" "));
  }
});

Deno.test("S0 DAEMON-009: refresh reads again and waits for it, with an exit code", async () => {
  await using bot = new Bot();
  const before = await bot.run(["refresh"]);
  assert.equal(before.code, 3, before.stderr);
  await bot.daemon();
  await bot.shows("Standup");
  const good = await bot.run(["refresh"]);
  assert.deepEqual([good.code, good.stdout], [0, "the calendar has been read again\n"]);
  bot.edit("gibberish");
  const bad = await bot.run(["refresh"]);
  assert.equal(bad.code, 69);
  assert.match(
    bad.stderr,
    /cannot refresh the calendar: .*is no calendar: it does not begin with BEGIN:VCALENDAR\nhint: /,
  );
});

Deno.test("S0 DAEMON-005: inspect says what is wrong with a calendar", async () => {
  await using bot = new Bot(ics(event("Standup", "RRULE:FREQ=DAILY"), event("Broken", "DTSTART:never")));
  const { code, stdout } = await bot.run(["inspect", bot.file]);
  assert.equal(code, 0);
  assert.match(stdout, /^Team: 1 events, \d+ times, 1 left out\n {2}line 10: /);
  bot.edit("gibberish");
  const bad = await bot.run(["inspect", bot.file]);
  assert.equal(bad.code, 1);
  assert.match(bad.stderr, /is no calendar/);
  assert.equal((await bot.run(["inspect", "/nonexistent"])).code, 1);
  assert.equal((await bot.run(["inspect", bot.file, "--timezone", "Mars"])).code, 2);
});
