import assert from "node:assert/strict";
import fs from "node:fs";
import { AppdError } from "../../base/errors.ts";
import type { ProgramStatus } from "../../base/program_reports.ts";
import { type FakeInstance, fakeInstance, fakeProgram, runIn } from "../fake_instance.ts";

const STOPPED = { state: "stopped", ready: false, pid: null, uptime_s: null } as const;

/** `db`, and `web` in two instances. */
function three(): ProgramStatus[] {
  return [
    fakeProgram("web.1", { family: "web", pid: 11, depends_on: { db: "ready" } }),
    fakeProgram("web.2", { family: "web", pid: 12, depends_on: { db: "ready" } }),
    fakeProgram("db", { pid: 20 }),
  ];
}

/** Changes what the daemon says of the programs that `name` means. */
function change(test: FakeInstance, name: string, more: Partial<ProgramStatus>): void {
  test.programs.forEach((program, index) => {
    if (program.name === name || program.family === name) test.programs[index] = { ...program, ...more };
  });
}

/** A daemon whose actions come out as `come` says. */
function acting(programs: ProgramStatus[], come: (name: string) => Partial<ProgramStatus>) {
  const calls: string[] = [];
  const test = fakeInstance(programs, (self) => ({
    async program(action, name) {
      calls.push(`${action} ${name}`);
      await Promise.resolve();
      change(self, name, come(name));
    },
  }));
  return { test, calls };
}

Deno.test("several programs are started, and each says what came of it", async () => {
  const programs = [fakeProgram("web", STOPPED), fakeProgram("db"), fakeProgram("api", STOPPED)];
  const come: Readonly<Record<string, Partial<ProgramStatus>>> = {
    web: { state: "running", ready: true, pid: 77 },
    api: { state: "starting", waiting_for: ["db to be ready"] },
  };
  const { test, calls } = acting(programs, (name) => come[name] ?? {});
  await using _ = test;
  const { code, stdout } = await test.run("programs", "start", "web", "db", "api", "web");
  assert.equal(
    stdout,
    "appd: started web (PID 77)\nappd: db runs already (PID 4242)\nappd: api waits for db to be ready\n",
  );
  assert.equal(code, 0);
  assert.deepEqual(calls.toSorted(), ["start api", "start db", "start web"]);
  assert.deepEqual(await test.run("programs", "start", "db", "-q"), { code: 0, stdout: "", stderr: "" });
});

Deno.test("a program that fails at once is an error with its reason, and the others are told", async () => {
  const { test } = acting(
    [fakeProgram("web", STOPPED), fakeProgram("db", STOPPED)],
    (name) =>
      name === "web"
        ? { ...STOPPED, state: "failed", error: 'ENOENT: cannot execute "/no/such"' }
        : { state: "running", ready: true, pid: 8 },
  );
  await using _ = test;
  const { code, stdout, stderr } = await test.run("programs", "start", "web", "db");
  assert.deepEqual([code, stdout], [1, "appd: started db (PID 8)\n"]);
  assert.equal(stderr, 'appd: cannot start "web": ENOENT: cannot execute "/no/such"\nhint: appd why web\n');
  const json = JSON.parse((await test.run("programs", "restart", "web", "db", "--json")).stdout);
  assert.equal(json.ok, false);
  assert.deepEqual(json.programs.map((one: { name: string; ok: boolean }) => [one.name, one.ok]), [
    ["web", false],
    ["db", true],
  ]);
});

Deno.test("a service is told without a PID, and one that ignores its signal as an error", async () => {
  const up = { kind: "service", state: "running", ready: true, pid: null, uptime_s: 3 } as const;
  const down = { ...STOPPED, kind: "service" } as const;
  const programs = [fakeProgram("page", up), fakeProgram("proxy", down), fakeProgram("deaf", up)];
  const lingering = { since: "2025-11-01T10:30:00.000Z", then: "stop" } as const;
  const stuck = { ...up, state: "stopping", ready: false, lingering } as const;
  const come: Readonly<Record<string, Partial<ProgramStatus>>> = { proxy: up, deaf: stuck };
  const { test } = acting(programs, (name) => come[name] ?? {});
  await using _ = test;
  const started = await test.run("programs", "start", "page", "proxy");
  assert.deepEqual([started.code, started.stdout], [0, "appd: page runs already\nappd: started proxy\n"]);
  const stopped = await test.run("programs", "stop", "deaf");
  assert.equal(stopped.code, 1);
  assert.match(
    stopped.stderr,
    /^appd: cannot stop "deaf": it ignores its signal, and goes on\nhint: .*appd.* restart\n$/,
  );
  const again = await test.run("programs", "restart", "deaf");
  assert.equal(again.code, 1);
  assert.match(
    again.stderr,
    /cannot restart "deaf": it ignores its signal, and begins again when it has ended after all/,
  );
});

Deno.test("a start is looked at until it shows what became of it", async () => {
  const { test } = acting([fakeProgram("web", STOPPED)], () => ({ state: "starting", pid: 5 }));
  await using _ = test;
  const later = setTimeout(() => change(test, "web", { ...STOPPED, state: "backoff", error: "exit code 3" }), 300);
  const { code, stderr } = await test.run("programs", "start", "web");
  clearTimeout(later);
  assert.equal(code, 1);
  assert.match(stderr, /^appd: cannot start "web": exit code 3\n/);
});

Deno.test("a family is stopped by its name; killed, idle and surviving programs are told apart", async () => {
  const killed = { code: null, signal: "SIGKILL", at: "2025-11-01T10:30:00.000Z" } as const;
  const { test, calls } = acting([...three(), fakeProgram("old", STOPPED)], (name) => ({
    ...STOPPED,
    ...(name === "db" ? { leftovers: [{ pid: 99, command: "sleep 600" }] } : { exit: killed }),
  }));
  await using _ = test;
  const web = await test.run("programs", "stop", "web");
  assert.equal(web.stdout, "appd: stopped web.1, it had to be killed\nappd: stopped web.2, it had to be killed\n");
  assert.equal((await test.run("programs", "stop", "old")).stdout, "appd: old was not running\n");
  const db = await test.run("programs", "stop", "db");
  assert.equal(db.code, 1);
  assert.match(db.stderr, /"db": processes of it survived: PID 99 \(sleep 600\)\nhint: end them: kill -KILL 99\n$/);
  assert.deepEqual(calls, ["stop web", "stop old", "stop db"]);
});

Deno.test("a stop says who depends on what it stopped and runs on", async () => {
  const { test } = acting([...three(), fakeProgram("api", { depends_on: { web: "ready" } })], () => STOPPED);
  await using _ = test;
  const web = await test.run("programs", "stop", "web.1", "web.2");
  assert.equal(web.stdout, "appd: stopped web.1\nappd: stopped web.2\nappd: api depends on it and runs on\n");
  const again = await test.run("programs", "stop", "web");
  assert.equal(again.stdout, "appd: web.1 was not running\nappd: web.2 was not running\n");
  assert.equal((await test.run("programs", "stop", "db")).stdout, "appd: stopped db\n", "web does not run");
  await using both = acting([...three(), fakeProgram("api", { depends_on: { db: "ready" } })], () => STOPPED).test;
  assert.equal(
    (await both.run("programs", "stop", "db")).stdout,
    "appd: stopped db\nappd: web and api depend on it and run on\n",
  );
  await using all = acting([...three()], () => STOPPED).test;
  assert.deepEqual(
    JSON.parse((await all.run("programs", "stop", "db", "--json")).stdout).programs[0].dependents,
    ["web"],
  );
});

Deno.test("--all stops dependents first and starts dependencies first", async () => {
  const { test, calls } = acting(three(), () => ({}));
  await using _ = test;
  await test.run("programs", "stop", "--all");
  await test.run("programs", "start", "--all");
  assert.deepEqual(calls, ["stop web", "stop db", "start db", "start web"]);
  for (const args of [["start"], ["stop", "--all", "web"]]) {
    assert.equal((await test.run("programs", ...args)).code, 2, args.join(" "));
  }
});

Deno.test("one that is refused does not keep the others from being told, and gives its exit code", async () => {
  await using test = fakeInstance(three(), () => ({
    program: (_action, name) =>
      name === "db"
        ? Promise.reject(new AppdError('cannot restart "db": the daemon is stopping', { exit: "unavailable" }))
        : Promise.resolve(),
  }));
  const { code, stdout, stderr } = await test.run("programs", "restart", "db", "web.1");
  assert.deepEqual([code, stdout], [69, "appd: restarted web.1 (PID 11)\n"]);
  assert.equal(stderr, 'appd: cannot restart "db": the daemon is stopping\n');
});

Deno.test("an unknown name does nothing at all and names the nearest", async () => {
  const { test, calls } = acting(three(), () => ({}));
  await using _ = test;
  const { code, stderr } = await test.run("programs", "restart", "db", "wbe");
  assert.equal(code, 1);
  assert.match(stderr, /"wbe": no such program\nhint: did you mean "web"\? programs: web, web\.1, web\.2, db\n$/);
  assert.deepEqual(calls, []);
});

Deno.test("signals go to a program or to one instance, by name", async () => {
  await using test = fakeInstance(three());
  assert.equal((await test.run("programs", "signal", "db", "hup")).stdout, "appd: sent SIGHUP to db (PID 20)\n");
  const { stdout } = await test.run("programs", "signal", "web", "SIGUSR1");
  assert.equal(stdout, "appd: sent SIGUSR1 to web, 1 of 2 instances\n");
  assert.deepEqual(test.daemon.calls, ["signal db SIGHUP", "signal web SIGUSR1"]);
  const swapped = await test.run("programs", "signal", "HUP", "till");
  assert.equal(
    swapped.stderr,
    'appd: cannot use SIGNAL "till": it is no signal, and "HUP" is one\n' +
      "hint: the program comes first: appd programs signal till HUP\n",
  );
  const wrong = await test.run("programs", "signal", "db", "TREM");
  assert.deepEqual([wrong.code, /did you mean "TERM"\?/.test(wrong.stderr)], [2, true]);
  assert.match((await test.run("programs", "signal", "db", "9")).stderr, /numbers are not taken/);
  await using idle = fakeInstance([fakeProgram("db", STOPPED)], () => ({ signalProgram: () => 0 }));
  const none = await idle.run("programs", "signal", "db", "HUP");
  assert.equal(none.stderr, 'appd: cannot signal "db": it does not run\nhint: start it: appd programs start db\n');
  assert.equal(none.code, 1);
});

Deno.test("without a daemon what cannot be done is what was asked for", async () => {
  const test = fakeInstance([]);
  await using _ = test;
  await test.end();
  const refusal = async (...args: string[]) => (await test.run("programs", ...args)).stderr.split("\n")[0];
  const because = "the daemon is not running";
  assert.equal(await refusal("stop", "web", "db"), `appd: cannot stop "web db": ${because}`);
  assert.match(await refusal("restart", "--all") ?? "", /^appd: cannot restart the programs of "/);
  assert.equal(await refusal("signal", "web", "HUP"), `appd: cannot signal "web": ${because}`);
  assert.equal(await refusal("scale", "web", "2"), `appd: cannot scale "web": ${because}`);
  assert.match(await refusal("list") ?? "", /^appd: cannot list the programs of "/);
});

Deno.test("a name that is only begun is taken for the one that goes on", async () => {
  await using test = fakeInstance([fakeProgram("web"), fakeProgram("lane-left"), fakeProgram("lane-right")]);
  assert.match((await test.run("why", "lane")).stderr, /hint: did you mean "lane-left"\? /);
  assert.match((await test.run("programs", "stop", "lane")).stderr, /hint: did you mean "lane-left"\? /);
  assert.doesNotMatch((await test.run("why", "l")).stderr, /did you mean "lane/);
});

Deno.test("scaling names all instances, and the new ones that failed", async () => {
  const fresh = { ...STOPPED, state: "failed", error: "EADDRINUSE", family: "web" } as const;
  await using test = fakeInstance(three(), (self) => ({
    async scaleProgram() {
      await Promise.resolve();
      self.programs.push(fakeProgram("web.3", fresh));
      return ["web.1", "web.2", "web.3"];
    },
  }));
  for (const count of ["0", "1001", "-1", "two", "1.5"]) {
    assert.equal((await test.run("programs", "scale", "web", "--", count)).code, 2, count);
  }
  assert.match((await test.run("programs", "scale", "web.1", "2")).stderr, /instance of "web"\nhint: .*scale web 2\n$/);
  const { code, stdout, stderr } = await test.run("programs", "scale", "web", "3");
  assert.deepEqual([code, stdout], [1, "appd: scaled web to 3: web.1, web.2, web.3\n"]);
  assert.match(stderr, /cannot start "web\.3": EADDRINUSE\n/);
});

Deno.test("names are for completions, --quiet for scripts", async () => {
  await using test = fakeInstance(three());
  assert.equal((await test.run("programs", "names")).stdout, "web\nweb.1\nweb.2\ndb\n");
  assert.equal((await test.run("programs", "list", "--quiet")).stdout, "web.1\nweb.2\ndb\n");
});

Deno.test("the graph is the file's, with the daemon's states where one runs", async () => {
  const config = '[[program]]\nname = "db"\ncommand = ["db"]\n[[program]]\nname = "new"\ncommand = ["new"]\n';
  await using test = fakeInstance(three());
  fs.writeFileSync(`${test.home}/config.toml`, config);
  assert.match((await test.run("programs", "graph")).stdout, /^1 +├─ db +running\n +└─ new +not loaded\n$/m);
  await test.end();
  const { stdout } = await runIn(test.home, ["programs", "graph", "--json"]);
  assert.deepEqual(JSON.parse(stdout).levels, [["db", "new"]]);
  assert.doesNotMatch((await runIn(test.home, ["programs", "graph"])).stdout, /STATE|running/);
});
