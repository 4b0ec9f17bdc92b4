/** What is said and done about the jobs of an app, proved on the compiled app of fixtures/medlar. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import type { AppdError } from "../src/base/errors.ts";
import { talkTo } from "./faults/control_socket.ts";
import { compiled } from "./support/compiled.ts";
import { Instance, until } from "./support/instance.ts";

await compiled("tests/fixtures/medlar/medlar.ts");

/** A daemon of the app. */
class Medlar extends Instance {
  constructor(config = "") {
    super(config, "medlar");
  }

  /** Triggers the job. @returns the number of its run */
  async carry(payload: string): Promise<number> {
    const response = await fetch(`http://127.0.0.1:${this.port}/carry`, { method: "POST", body: payload });
    return (await response.json()).id;
  }

  // deno-lint-ignore no-explicit-any -- the shape under test
  async history(): Promise<any[]> {
    const { stdout } = await this.run(["jobs", "history", "carry", "--json"]);
    return stdout.trim().split("\n").filter(Boolean).map((line) => JSON.parse(line));
  }

  /** The run, as soon as `is` says that it is as wanted. */
  // deno-lint-ignore no-explicit-any -- the shape under test
  see(id: number, is: (run: any) => boolean): Promise<any> {
    return until(`run ${id} as wanted`, async () => {
      const run = (await this.history()).find((one) => one.id === id);
      return run !== undefined && is(run) ? run : undefined;
    });
  }

  /** Lets what ignores its signal end. */
  end(): void {
    fs.writeFileSync(join(this.home, "end"), "");
  }

  log(): string {
    return fs.readFileSync(join(this.home, "daemon.log"), "utf8");
  }
}

const AHEAD = "the code of run 1, which ignored its signal, still runs";

Deno.test("waiting for code that ignores its signal is no attempt, and is shown and logged once", async () => {
  await using medlar = new Medlar();
  await medlar.start();
  await medlar.carry("ignore");
  const held = await medlar.see(1, ({ reason }) => reason === AHEAD);
  assert.deepEqual([held.state, held.attempts, held.next_retry_at], ["retrying", 1, null]);
  assert.match((await medlar.run(["why", "carry"])).stdout, new RegExp(`carry waits for its next attempt: ${AHEAD}`));
  const next = await medlar.carry("light");
  await medlar.see(next, ({ state }) => state === "queued");
  medlar.end();
  const [first, second] = [await medlar.see(1, (run) => run.ended_at), await medlar.see(next, (run) => run.ended_at)];
  assert.deepEqual([first.state, first.attempts], ["ok", 2]);
  assert.deepEqual([second.state, second.attempts], ["ok", 1]);
  const log = medlar.log();
  assert.deepEqual(log.match(/carries.*attempt=\d/g)?.map((line) => line.slice(-1)), ["1", "2", "1"]);
  assert.equal(log.split(AHEAD).length, 2, "it is said once");
  assert.doesNotMatch(log, /attempt 2 did not succeed/);
});

Deno.test("code of a job that goes on is shown everywhere, degrades a daemon to which the job is critical, and forces its end", async () => {
  await using medlar = new Medlar();
  await medlar.start();
  await medlar.carry("ignore");
  await medlar.see(1, ({ reason }) => reason === AHEAD);
  const { jobs: [job] } = await medlar.status();
  assert.equal(job.lingering?.length, 1);
  assert.equal(job.lingering[0].run, 1);
  assert.ok(Date.parse(job.lingering[0].since) <= Date.now());
  const note = /the code of run 1 ignores its signal for \S+, and goes on/;
  for (const words of [["status"], ["jobs"], ["jobs", "show", "carry"], ["why", "carry"]]) {
    assert.match((await medlar.run(words)).stdout, note, words.join(" "));
  }
  assert.match((await medlar.run(["why", "carry"])).stdout, /medlar restart/);
  const health = await until("it is degraded", async () => {
    const { status, body } = await medlar.get("/health");
    return status === 503 ? JSON.parse(body) : undefined;
  });
  assert.equal(health.checks.jobs.error, "the code of carry, run 1, ignores its signal");
  assert.match((await medlar.run(["why"])).stdout, note);
  const { stdout, code } = await medlar.run(["stop"]);
  assert.equal(code, 0);
  assert.match(
    stdout,
    /^medlar: stopped PID \d+, forced, \S+ s; ended with the daemon, it ignored its signal: carry$/m,
  );
  assert.match(medlar.log(), /WARN .*the code of a job ends with the daemon, it ignores its signal job=carry/);
});

const LEFT_OUT = 'the mode "night" leaves jobs out';

Deno.test("in a mode without jobs a retry under way waits for one with jobs, and so does what waited for it", async () => {
  // Longer than it takes to see the first failure and to restart, or there is no retry any more.
  await using medlar = new Medlar('[medlar]\nretry_delay = "6s"\n');
  await medlar.start();
  const failing = await medlar.carry("fail");
  const waiting = await medlar.carry("light");
  await medlar.see(failing, ({ state }) => state === "retrying");
  assert.equal((await medlar.run(["restart", "--mode", "night"])).code, 0);
  const held = await medlar.see(failing, ({ reason }) => reason === LEFT_OUT);
  assert.equal(held.state, "retrying");
  assert.equal((await medlar.see(waiting, ({ reason }) => reason === LEFT_OUT)).state, "queued");
  assert.match(
    (await medlar.run(["why", "carry"])).stdout,
    /carry waits for its next attempt: the mode "night" leaves/,
  );
  assert.equal((await medlar.run(["jobs", "run", "carry", "--wait"])).code, 0, "what somebody wants now runs");
  assert.equal((await medlar.see(failing, () => true)).attempts, held.attempts);
  assert.equal(medlar.log().split(`run ${failing} (trigger #1) waits: ${LEFT_OUT}`).length, 2, "it is said once");
  medlar.write("");
  assert.equal((await medlar.run(["restart", "--mode", "all"])).code, 0);
  const failed = await medlar.see(failing, (run) => run.ended_at);
  assert.deepEqual([failed.state, failed.attempts, failed.reason], ["failed", 3, "it is too heavy"]);
  assert.equal((await medlar.see(waiting, (run) => run.ended_at)).state, "ok");
});

Deno.test("in a mode without jobs whoever triggers one, or asks why it does not run, hears of the mode", async () => {
  await using medlar = new Medlar();
  await medlar.start("--mode", "night");
  const asked = await medlar.run(["why", "carry"]);
  assert.match(asked.stdout, /^carry does not run: the mode "night" leaves jobs out; /);
  assert.match(asked.stdout, /medlar restart --mode all/);
  assert.doesNotMatch(asked.stdout, /configuration|config explain/);
  assert.match((await medlar.run(["jobs"])).stdout, /carry +disabled .*the mode "night" leaves jobs out/);
  const byCode = await fetch(`http://127.0.0.1:${medlar.port}/carry`, { method: "POST", body: "light" });
  const text = await byCode.text();
  assert.equal(byCode.status, 409, text);
  assert.match(text, /cannot trigger \\"carry\\": the mode \\"night\\" leaves jobs out.*medlar restart --mode all/);
  await assert.rejects(talkTo(medlar).post("/hooks/carry"), (error: AppdError) => {
    assert.match(error.message, /cannot trigger "carry": the mode "night" leaves jobs out/);
    return error.hint === "run everything: medlar restart --mode all";
  });
});

Deno.test("why of a job that timed out names no key that the configuration does not have", async () => {
  await using medlar = new Medlar();
  await medlar.start();
  await medlar.carry("ignore");
  await medlar.see(1, ({ reason }) => reason === AHEAD);
  await medlar.run(["jobs", "cancel", "carry"]);
  medlar.end();
  const next = await medlar.carry("slow");
  assert.equal((await medlar.see(next, (run) => run.ended_at)).state, "timeout");
  const { hints } = JSON.parse((await medlar.run(["why", "carry", "--json"])).stdout);
  assert.deepEqual(hints, [
    `medlar jobs show --run ${next}`,
    "medlar logs carry -n 50",
    "medlar jobs run carry --wait",
  ]);
  for (const hint of hints.slice(0, 2)) {
    const { code, stderr } = await medlar.run(hint.split(" ").slice(1));
    assert.equal(code, 0, `${hint}: ${stderr}`);
  }
});

Deno.test("a damaged database with the app's tables is told by the start, and by why and doctor as long as it is kept", async () => {
  await using medlar = new Medlar();
  await medlar.start();
  await medlar.run(["stop"]);
  const database = join(medlar.home, "medlar.db");
  fs.writeFileSync(database, "no database at all\n".repeat(1000));
  const started = await medlar.start();
  const kept = join(medlar.home, fs.readdirSync(medlar.home).find((name) => name.includes("corrupt-")) ?? "");
  assert.match(started.stdout, /^medlar: running as PID/);
  const [warning, hint] = started.stderr.split("\n");
  assert.equal(
    warning,
    `medlar: warning: the database was damaged and begins empty: what medlar had kept is only in "${kept}"`,
  );
  assert.equal(
    hint,
    `hint: save what can be read: sqlite3 "${kept}" .dump; what else there is to know: medlar doctor`,
  );
  assert.equal((await medlar.run(["restart"])).stderr, "", "a start that finds nothing wrong says nothing");
  const why = (await medlar.run(["why"])).stdout;
  assert.match(why, /^medlar is ready; not well: a damaged database, which was set aside\n/);
  assert.ok(why.includes(kept), why);
  assert.match(why, /medlar doctor/);
  const { findings } = JSON.parse((await medlar.run(["doctor", "--json"])).stdout);
  const finding = findings.find(({ id }: { id: string }) => id === "database.set-aside");
  assert.equal(finding.severity, "warning");
  assert.ok(
    finding.what.includes(kept) && finding.hint.includes(`sqlite3 "${kept}" .dump`),
    JSON.stringify(finding),
  );
  await medlar.run(["stop"]);
  assert.ok((await medlar.run(["why"])).stdout.includes(kept));
  fs.rmSync(kept);
  await medlar.start();
  assert.equal((await medlar.run(["why"])).stdout, "medlar is ready, and nothing is wrong\n");
});
