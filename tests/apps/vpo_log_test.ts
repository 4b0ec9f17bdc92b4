/** S4, logging: what vpo says, where, and in which form. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { compiled } from "../support/compiled.ts";
import { until } from "../support/instance.ts";
import { byScript, Vpo } from "../support/vpo_library.ts";

await compiled("examples/vpo/vpo.ts");

const TEXT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (DEBUG|INFO |WARN |ERROR) vpo[\w.]*: \S/;

/** A daemon that has done one good file and refused one, and ended. */
async function oneDay(vpo: Vpo, ...args: string[]) {
  const served = await vpo.serve(...args);
  vpo.drop("good.flv");
  vpo.drop("bad.txt", "no video");
  await vpo.reaches("good.flv", "done");
  await vpo.reaches("bad.txt", "quarantined");
  assert.equal((await served.stop()).code, 0);
  return served;
}

Deno.test("S4 US5.1, S4 FR-016, S4 FR-019, S4 SC-010: JSON: each record is an object with time, level, logger, message", async () => {
  await using vpo = new Vpo({ more: `[log]\nformat = "json"` });
  const { stderr } = await oneDay(vpo, "--log-level", "debug");
  const tool = new Deno.Command("jq", {
    args: ["-r", `[.timestamp, .level, .logger, .message] | map(type) | unique | join(" ")`],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = tool.stdin.getWriter();
  await writer.write(new TextEncoder().encode(stderr));
  await writer.close();
  const { code, stdout } = await tool.output();
  assert.equal(code, 0);
  const types = new TextDecoder().decode(stdout).trim().split("\n");
  assert.equal(types.length, stderr.trim().split("\n").length, "one line is one object");
  assert.deepEqual([...new Set(types)], ["string"]);
  for (const line of stderr.trim().split("\n")) {
    const { timestamp, level, logger } = JSON.parse(line);
    assert.equal(new Date(timestamp).toISOString(), timestamp);
    assert.match(level, /^(debug|info|warn|error)$/i);
    assert.match(logger, /^vpo(\.|$)/);
  }
});

Deno.test("S4 US5.2, S4 FR-015, S4 FR-019: text is the default, one line a record, with time, level and logger", async () => {
  await using vpo = new Vpo();
  const { stderr } = await oneDay(vpo);
  const lines = stderr.trim().split("\n");
  assert.ok(lines.length > 6);
  assert.deepEqual(lines.filter((line) => !TEXT.test(line)), []);
});

Deno.test("S4 US5.3, S4 FR-020: records about a file have job_id and file_path, in both forms", async () => {
  await using vpo = new Vpo({ more: `[log]\nformat = "json"` });
  const served = await oneDay(vpo);
  for (const [path, last] of [["good.flv", "file done"], ["bad.txt", "file refused"]]) {
    const about = served.records().filter(({ file_path, logger }) =>
      file_path === path && logger === "vpo.jobs.process"
    );
    assert.deepEqual([about[0].message, about.at(-1).message], ["file taken up", last]);
    const [run] = vpo.rows(`SELECT run_id AS id FROM files WHERE path = '${path}'`);
    assert.deepEqual([...new Set(about.map(({ job_id }) => job_id))], [run?.id], "the run of the history");
  }
  const text = await vpo.serve("--log-format", "text");
  vpo.drop("later.flv");
  await vpo.reaches("later.flv", "done");
  await text.stop();
  assert.match(text.stderr, /INFO {2}vpo\.jobs\.process: file done .*job_id=\d+ .*file_path=later\.flv/);
});

Deno.test("S4 FR-013, S4 FR-014: one configuration of logging holds for every part, and can name one part", async () => {
  await using vpo = new Vpo({
    more: `[log]\nlevel = "debug"\nlevels = { "vpo.services" = "error", "vpo.http" = "warn" }`,
  });
  const served = await oneDay(vpo, "--log-format", "json");
  const loggers = new Set(served.records().map(({ logger }) => logger));
  assert.ok(loggers.has("vpo") && loggers.has("vpo.jobs.process"), [...loggers].join(" "));
  assert.deepEqual([...loggers].filter((logger) => /^vpo\.(services|http)/.test(logger)), []);
});

Deno.test("S4 FR-017, S4 SC-009: a daemon prints nothing beside its records: no banner, no spinner, no progress bar", async () => {
  await using vpo = new Vpo();
  const { stdout, stderr } = await oneDay(vpo);
  assert.equal(stdout, "");
  assert.deepEqual(stderr.trim().split("\n").filter((line) => !TEXT.test(line)), []);
  // deno-lint-ignore no-control-regex -- that is what must not be there
  assert.doesNotMatch(stderr, /[\x00-\x08\x0b-\x1f\x7f]/);
});

/** Starts that fail when the log is open: what is in the way, and what is said of it. */
const IN_THE_WAY: Readonly<Record<string, readonly [exit: number, says: RegExp, prepare: (vpo: Vpo) => Disposable]>> = {
  "a directory where the database should be": [69, /cannot open ".*library\.db": it is a directory/, (vpo) => {
    fs.mkdirSync(join(vpo.home, "library.db"));
    return { [Symbol.dispose]() {} };
  }],
  "a port that is in use": [
    69,
    /cannot listen on "127\.0\.0\.1:\d+"/,
    ({ port }) => Deno.listen({ hostname: "127.0.0.1", port }),
  ],
};

for (const [what, [exit, says, prepare]] of Object.entries(IN_THE_WAY)) {
  Deno.test(`S4 FR-017, S4 FR-037, S4 SC-010: a failed start is a record among the JSON on stderr, and nothing else: ${what}`, async () => {
    await using vpo = new Vpo();
    using _trouble = prepare(vpo);
    const { code, stdout, stderr } = await vpo.run(["serve", "--log-format", "json"], { timeoutMs: 30_000 });
    assert.deepEqual([code, stdout], [exit, ""]);
    const errors = stderr.trim().split("\n").map((line) => JSON.parse(line)).filter(({ level }) => level === "error");
    assert.equal(errors.length, 1, stderr);
    assert.match(errors[0].message, says);
    assert.match(errors[0].hint, /\S/);
    assert.deepEqual([errors[0].exit, errors[0].logger], [exit, "vpo"]);
  });

  Deno.test(`S4 FR-017, S4 FR-037: a failed start is told once on a stderr of text, and is a record in the file: ${what}`, async () => {
    await using vpo = new Vpo({ more: `[log]\noutputs = ["file", "stderr"]` });
    using _trouble = prepare(vpo);
    const { code, stderr } = await vpo.run(["serve"], { timeoutMs: 30_000 });
    assert.equal(code, exit);
    const told = stderr.split("\n").filter((line) => says.test(line));
    assert.deepEqual(told.map((line) => line.startsWith("vpo: cannot ")), [true], stderr);
    assert.match(stderr, /^hint: \S/m);
    const records = vpo.read("daemon.log").split("\n").filter((line) => says.test(line));
    assert.equal(records.length, 1);
    assert.match(records[0] ?? "", / ERROR vpo: the start failed: .* exit=\d+ hint=/);
  });
}

Deno.test("S4 FR-018: in the foreground logs go to stderr and into no file; in the background to daemon.log", async () => {
  await using vpo = new Vpo();
  const served = await oneDay(vpo);
  assert.match(served.stderr, /vpo is ready/);
  assert.equal(fs.existsSync(join(vpo.home, "daemon.log")), false);
  const { stdout, stderr } = await vpo.start();
  assert.equal(stdout.trim().split("\n").length, 1, "one line on success");
  assert.equal(stderr, "");
  await vpo.run(["stop"]);
  assert.match(vpo.read("daemon.log"), /vpo is ready[\s\S]*shutdown complete/);
});

/** What differs from run to run. */
function withoutVariables(text: string): string[] {
  const lines = text.replaceAll("\r\n", "\n").trim().split("\n");
  return lines.map((line) =>
    line.replace(/^\S+Z /, "").replace(/\b(pid|duration_ms|duration_s|at|url|home|slot)=\S+/g, "$1=_")
      .replace(/ after \S+ms/, "")
  );
}

Deno.test("S4 FR-005: a terminal makes no difference: no prompt, no spinner, no escape sequence, the same records", async () => {
  const day = async (wrap: (words: readonly string[]) => readonly string[]) => {
    await using vpo = new Vpo();
    const [program = "", ...args] = wrap([vpo.binary, "serve"]);
    const env = vpo.env({ TERM: "xterm-256color" });
    delete env.NO_COLOR;
    const child = new Deno.Command(program, {
      args,
      env,
      clearEnv: true,
      stdout: "piped",
      stderr: "piped",
      stdin: "null",
    });
    const output = child.spawn().output();
    vpo.drop("good.flv");
    await vpo.reaches("good.flv", "done");
    assert.equal((await vpo.run(["stop"])).code, 0);
    const { stdout, stderr } = await output;
    const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    return withoutVariables(text);
  };
  const quoted = (words: readonly string[]) => words.map((word) => `'${word}'`).join(" ");
  const plain = await day((words) => words);
  const onTerminal = await day((words) => ["script", "--quiet", "--return", "--command", quoted(words), "/dev/null"]);
  // deno-lint-ignore no-control-regex -- that is what must not be there
  assert.deepEqual(onTerminal.filter((line) => /[\x00-\x1f\x7f]/.test(line)), []);
  assert.deepEqual(onTerminal.toSorted(), plain.toSorted());
});

/**
 * Runs its words with a keyboard at which somebody has typed a line, and that is never closed: what asks for an answer
 * waits, or takes the line. @returns the words of a shell
 */
function atKeyboard(fifo: string): readonly string[] {
  const script = `mkfifo "${fifo}" && exec 3<>"${fifo}" && echo typed >&3 && "$@" <&3 3>&-; code=$?
echo untyped >&3; read -r line <&3; [ "$line" = typed ] || { echo "it has read from its input" >&2; code=99; }
rm "${fifo}"; exit $code`;
  return ["sh", "-c", script, "sh"];
}

Deno.test("S4 FR-005: nothing waits for an answer, or reads one: every command ends at a keyboard at which nobody is", async () => {
  await using vpo = new Vpo();
  const [program = "", ...args] = atKeyboard(join(vpo.home, "keyboard"));
  const words = [["start"], ["stop"], ["uninstall", "--dry-run"], ["config", "init", "--force"], ["start"], [
    "restart",
  ]];
  for (const verb of words) {
    const { code, stderr } = await new Deno.Command(program, {
      args: [...args, vpo.binary, ...verb],
      env: vpo.env(),
      clearEnv: true,
      signal: AbortSignal.timeout(30_000),
    }).output();
    const mayEndWith = verb[0] === "uninstall" ? [0, 3] : [0]; // 3: this host has no service manager.
    assert.ok(mayEndWith.includes(code), `${verb}: ${code} ${new TextDecoder().decode(stderr)}`);
  }
});

Deno.test("S4 FR-005: serve works and ends at a keyboard at which nobody is, and reads nothing from it", async () => {
  await using vpo = new Vpo();
  const [program = "", ...args] = atKeyboard(join(vpo.home, "keyboard"));
  const output = new Deno.Command(program, {
    args: [...args, vpo.binary, "serve"],
    env: vpo.env(),
    clearEnv: true,
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(60_000),
  }).spawn().output();
  vpo.drop("good.flv");
  await until("it is filed", () => vpo.places().includes("outbox/good.flv"));
  assert.equal((await vpo.run(["stop"])).code, 0);
  const { code, stderr } = await output;
  assert.equal(code, 0, new TextDecoder().decode(stderr));
});

Deno.test("S4 Edge 3: a log that cannot be written is said once on stderr; files are worked on all the same", async (t) => {
  await using vpo = new Vpo({ more: `[log]\noutputs = ["file"]\nfile = "logs/daemon.log"` });
  const logs = join(vpo.home, "logs");
  fs.mkdirSync(logs);
  const mount = new Deno.Command("mount", { args: ["-t", "tmpfs", "-o", "size=64k,mode=0700", "none", logs] })
    .outputSync();
  if (!mount.success) return void await t.step({ name: "no right to mount a tmpfs here", ignore: true, fn() {} });
  try {
    const served = await vpo.serve();
    fs.writeFileSync(join(logs, "ballast"), new Uint8Array(1024));
    fill(join(logs, "ballast"));
    const told = () => served.stderr.match(/cannot write ".*daemon\.log": no space left on device/g)?.length ?? 0;
    // The last page of the log has some room yet: for records, or for the mark of a gap where a longer record did not fit.
    const gaps = () => fs.readFileSync(join(logs, "daemon.log"), "utf8").match(/gap: \d+ lines/g)?.length ?? 0;
    let count = 0;
    const { body } = await until("health knows that the log is full", async () => {
      if (told() === gaps()) {
        vpo.drop(`${++count}.flv`);
        await vpo.reaches(`${count}.flv`, "done");
      }
      const answer = await vpo.health();
      return answer.status === 503 ? answer : undefined;
    }, 60_000);
    assert.equal(body.checks.log.ok, false);
    for (const name of ["b.flv", "c.flv"]) {
      vpo.drop(name);
      await vpo.reaches(name, "done");
    }
    fs.rmSync(join(logs, "ballast"));
    await vpo.healthIs(200, 90_000);
    assert.equal((await served.stop()).code, 0);
    assert.ok(gaps() > 0);
    assert.equal(told(), gaps(), "each gap is told once");
    assert.equal(served.stderr.split("\n").filter((line) => line.includes("no space left")).length, told());
  } finally {
    new Deno.Command("umount", { args: ["-l", logs] }).outputSync();
  }
});

/** Fills what is left of a file system, to the last byte. */
function fill(file: string): void {
  const fd = fs.openSync(file, "a");
  try {
    for (const size of [4096, 1]) {
      try {
        for (;;) fs.writeSync(fd, new Uint8Array(size));
      } catch (error) {
        if ((error as { code?: string }).code !== "ENOSPC") throw error;
      }
    }
  } finally {
    fs.closeSync(fd);
  }
}

Deno.test("S4 FR-038: the stack of a failure is in the log in debug mode only", async () => {
  await using vpo = new Vpo({ library: `retries = 0\n${byScript('cp "$1" "$2"')}` });
  for (const level of ["info", "debug"]) {
    const served = await vpo.serve("--log-level", level);
    vpo.drop(`before ${level}.flv`);
    await until("nobody is at work in the outbox any more", async () => {
      const files = await vpo.files();
      return files.some(({ path }) => path === `before ${level}.flv`) && files.every(({ state }) => state === "done");
    }, 60_000);
    fs.renameSync(join(vpo.home, "outbox"), join(vpo.home, "aside"));
    fs.writeFileSync(join(vpo.home, "outbox"), ""); // Not the file's fault.
    vpo.drop(`${level}.flv`);
    await vpo.reaches(`${level}.flv`, "failed");
    fs.rmSync(join(vpo.home, "outbox"));
    fs.renameSync(join(vpo.home, "aside"), join(vpo.home, "outbox"));
    await served.stop();
    assert.match(served.stderr, /run failed, the file stays in the inbox/);
    assert.equal(/\bat \S+ \(|\\n\s+at /.test(served.stderr), level === "debug", served.stderr);
  }
});
