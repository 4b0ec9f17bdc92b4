import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { getLogger } from "@logtape/logtape";
import { systemClock } from "../system/clock.ts";
import { FakeClock } from "../system/fake_clock.ts";
import { type Files, systemFiles } from "../system/files.ts";
import { createCompressor } from "./compressor.ts";
import { createLogging, type Logging, type LoggingConfig } from "./logging.ts";

interface Bench extends AsyncDisposable {
  readonly logging: Logging;
  readonly clock: FakeClock;
  readonly config: LoggingConfig;
  readonly stderr: string[];
  lines(): string[];
}

function bench(change: Partial<LoggingConfig> = {}, files: Files = systemFiles, root = "appd"): Bench {
  const directory = fs.mkdtempSync("/tmp/appd-logging-");
  const stderr: string[] = [];
  const config: LoggingConfig = {
    level: "info",
    levels: {},
    format: "text",
    outputs: ["file"],
    file: join(directory, "daemon.log"),
    rotation: { rotateSize: 0, rotateEvery: 0, maxFiles: 5, maxAge: 0, maxTotal: 0, compress: false },
    ...change,
  };
  const compressor = createCompressor({ files, clock: systemClock });
  const clock = new FakeClock(Date.UTC(2025, 10, 1, 10, 30, 0, 123));
  const logging = createLogging(config, {
    root,
    clock,
    files,
    compressor,
    stderr: { write: (bytes) => stderr.push(new TextDecoder().decode(bytes)) > 0 },
  });
  return {
    logging,
    clock,
    config,
    stderr,
    lines: () => fs.readFileSync(config.file, "utf8").split("\n").slice(0, -1),
    async [Symbol.asyncDispose]() {
      await logging[Symbol.asyncDispose]();
      await compressor[Symbol.asyncDispose]();
      fs.rmSync(directory, { recursive: true, force: true });
    },
  };
}

Deno.test("the text format", async () => {
  await using t = bench();
  const log = t.logging.logger("scheduler");
  log.info("message", { key: "value" });
  log.warn("with {braces} and {key}", {
    "a b": "two words",
    n: 1,
    empty: "",
    quote: 'say "hi"',
    eq: "a=b",
    list: [1, "x"],
  });
  log.error("bad");
  log.debug("not shown");
  assert.deepEqual(t.lines(), [
    "2025-11-01T10:30:00.123Z INFO  appd.scheduler: message key=value",
    "2025-11-01T10:30:00.123Z WARN  appd.scheduler: with {braces} and {key} " +
    'a_b="two words" n=1 empty="" quote="say \\"hi\\"" eq="a=b" list="[1,\\"x\\"]"',
    "2025-11-01T10:30:00.123Z ERROR appd.scheduler: bad",
  ]);
});

Deno.test("the JSON format: reserved names win", async () => {
  await using t = bench({ format: "json" });
  t.logging.logger().info("hello", { level: "mine", n: 1n, when: new Date(0), nested: { a: [true, null] } });
  assert.deepEqual(JSON.parse(t.lines()[0] ?? ""), {
    timestamp: "2025-11-01T10:30:00.123Z",
    level: "info",
    logger: "appd",
    message: "hello",
    level_: "mine",
    n: "1",
    when: "1970-01-01T00:00:00.000Z",
    nested: { a: [true, null] },
  });
});

Deno.test("several outputs at once: each record in each of them", async () => {
  await using t = bench({ outputs: ["file", "stderr", "journald"] });
  t.logging.logger().warn("hello", { a: 1 });
  const text = "2025-11-01T10:30:00.123Z WARN  appd: hello a=1";
  assert.deepEqual(t.lines(), [text]);
  assert.deepEqual(t.stderr, [`${text}\n`, "<4>WARN  appd: hello a=1\n"]);
});

Deno.test("the journal gets one line of each record, cut where it would cut it, in the file it is whole", async () => {
  await using t = bench({ outputs: ["file", "journald"] });
  const fields = Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`f${i}`, "é".repeat(8000)]));
  t.logging.logger().error("long", fields);
  const [line = ""] = t.stderr;
  const bytes = new TextEncoder().encode(line).length;
  assert.ok(line.startsWith("<3>ERROR appd: long f0=éé") && /é… \(\d+ bytes\)\n$/.test(line), line.slice(-40));
  assert.ok(bytes > 48_000 && bytes <= 48 * 1024, `${bytes}`);
  assert.ok((t.lines()[0]?.length ?? 0) > 64_000);
});

Deno.test("what is said beside the records has its severity in the journal too", async () => {
  await using t = bench({ outputs: ["file", "journald"] });
  fs.rmSync(t.config.file);
  fs.mkdirSync(t.config.file);
  t.logging.reopen();
  t.logging.logger().info("x");
  assert.ok(t.stderr.some((line) => line.startsWith("<3>appd: ")), t.stderr.join(""));
});

Deno.test("no file is made when none is asked for", async () => {
  await using t = bench({ outputs: ["stderr"] });
  t.logging.logger().info("hello");
  await t.logging.rotate();
  assert.equal(fs.existsSync(t.config.file), false);
});

Deno.test("levels per logger, for it and what is below it, changed while running", async () => {
  await using t = bench({ outputs: ["stderr"], levels: { "appd.http": "debug", "appd.store": "error" } });
  const log = (part?: string) => t.logging.logger(part).debug("x");
  const names = () => t.stderr.splice(0).map((line) => /\S+:(?= )/.exec(line.slice(24))?.[0]);
  const http = t.logging.logger("http.socket");
  log();
  log("http");
  log("httpd");
  http.debug("x");
  t.logging.logger("store").warn("x");
  assert.deepEqual(names(), ["appd.http:", "appd.http.socket:"]);
  t.logging.apply({ ...t.config, level: "debug" });
  log();
  http.debug("x");
  t.logging.apply({ ...t.config, level: "error", levels: {} });
  http.warn("x");
  http.error("x");
  assert.deepEqual(names(), ["appd:", "appd.http.socket:", "appd.http.socket:"]);
});

Deno.test("the loggers of an app begin with its name, and so do the keys of their levels", async () => {
  await using t = bench({ outputs: ["stderr"], levels: { "pear.http": "debug" } }, systemFiles, "pear");
  t.logging.logger().info("x");
  t.logging.logger("http").debug("x");
  t.logging.logger("services.web.1").info("x");
  assert.deepEqual(t.stderr.map((line) => line.slice(31).trim()), [
    "pear: x",
    "pear.http: x",
    "pear.services.web.1: x",
  ]);
});

Deno.test("file and format change while running; a file that cannot be opened changes nothing", async () => {
  await using t = bench();
  const log = t.logging.logger();
  log.info("one");
  assert.throws(() => t.logging.apply({ ...t.config, format: "json", file: "/proc/no/daemon.log" }), /cannot log to/);
  log.info("two");
  const other = `${t.config.file}-other`;
  t.logging.apply({ ...t.config, file: other, format: "json" });
  log.info("three");
  assert.deepEqual(t.lines().map((line) => line.slice(31)), ["appd: one", "appd: two"]);
  assert.equal(JSON.parse(fs.readFileSync(other, "utf8")).message, "three");
});

Deno.test("33: what comes from outside cannot forge a record, nor reach a terminal", async () => {
  const evil =
    'x\n2025-11-01T10:30:00.123Z ERROR appd: forged\r\u001b[2J\u2028\u2029\u0085\u009b31m\u202e\u0000end\\n"';
  for (const format of ["text", "json"] as const) {
    await using t = bench({ format, outputs: ["file", "stderr", "journald"] });
    t.logging.logger(evil).info(evil, { [evil]: evil, nested: { [evil]: [evil] }, error: new Error(evil) });
    // deno-lint-ignore no-control-regex
    const raw = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;
    const lines = [...t.lines(), ...t.stderr.map((line) => line.slice(0, -1))];
    assert.equal(lines.length, 3);
    for (const line of lines) assert.doesNotMatch(line, raw);
    if (format === "json") assert.equal(JSON.parse(lines[0] ?? "").message, evil);
  }
});

Deno.test("logging never throws at its caller, whatever the fields do", async () => {
  await using t = bench();
  const log = t.logging.logger();
  const cyclic: Record<string, unknown> = { a: 1 };
  cyclic.self = cyclic;
  const hostile = new Proxy({}, {
    ownKeys() {
      throw new Error("no keys");
    },
  });
  const fields = {
    get bad(): string {
      throw new Error("getter");
    },
    cyclic,
    hostile,
    big: 2n ** 70n,
    symbol: Symbol("s"),
    fn: () => 1,
    undef: undefined,
    bytes: new Uint8Array(3),
    map: new Map([["k", "v"]]),
    deep: { a: { b: { c: { d: { e: 1 } } } } },
    toString: null,
  };
  log.info("all", fields);
  log.info("proxy itself", hostile);
  log.info(undefined as unknown as string, null as unknown as Record<string, unknown>);
  log.info(Object.create(null) as string);
  const [all = "", ...others] = t.lines().map((line) => line.slice(31));
  assert.equal(
    all,
    'appd: all bad="[unreadable: getter]" cyclic="{\\"a\\":1,\\"self\\":\\"[circular]\\"}" hostile={} ' +
      "big=1180591620717411303424 symbol=Symbol(s) fn=[function] " +
      'bytes="[3 bytes]" map="[[\\"k\\",\\"v\\"]]" ' +
      'deep="{\\"a\\":{\\"b\\":{\\"c\\":{\\"d\\":\\"[too deep]\\"}}}}" toString=null',
  );
  assert.deepEqual(others, ["appd: proxy itself", "appd: undefined"]);
  assert.equal(t.stderr.length, 1, "a message that has no text");
});

Deno.test("an error is its message and its cause's; its stack only at debug", async () => {
  await using t = bench();
  const error = new Error("outer", { cause: new Error("inner") });
  t.logging.logger().error("failed", { error });
  t.logging.apply({ ...t.config, level: "debug" });
  t.logging.logger().error("failed", { error });
  const [short = "", long = ""] = t.lines();
  assert.equal(short.slice(31), 'appd: failed error="outer: inner"');
  assert.match(long, /error_stack="Error: outer\\n {4}at /);
});

Deno.test("secrets are hidden by the names of their fields, at any depth", async () => {
  await using t = bench();
  t.logging.logger().info("x", {
    token: "s3cret",
    token_file: "/run/token",
    env: { DB_PASSWORD: "s3cret", PATH: "/bin" },
    headers: { Authorization: "Bearer s3cret" },
    apiKey: "s3cret",
  });
  assert.doesNotMatch(t.lines().join(), /s3cret/);
  assert.match(t.lines().join(), /token=\*\*\* token_file=\/run\/token /);
});

Deno.test("records of libraries that use LogTape themselves arrive too", async () => {
  await using t = bench();
  getLogger(["lib", "part"]).warn("hello {name}", { name: "world" });
  assert.deepEqual(t.lines().map((line) => line.slice(25)), ["WARN  lib.part: hello world name=world"]);
});

Deno.test("a full disk is said once on stderr, shown in problems, and marked by a record", async () => {
  let full = false;
  const files: Files = {
    ...systemFiles,
    write(fd, bytes) {
      if (full) throw Object.assign(new Error("full"), { code: "ENOSPC" });
      return systemFiles.write(fd, bytes);
    },
  };
  await using t = bench({ format: "json" }, files);
  const log = t.logging.logger();
  log.info("one");
  full = true;
  log.info("two");
  log.info("three");
  assert.equal(t.stderr.length, 1);
  assert.match(t.stderr[0] ?? "", /^appd: cannot write ".*daemon\.log": no space left on device \(ENOSPC\)\n$/);
  assert.match(t.logging.problems().join(), /ENOSPC\), since 2025-11-01T10:30:00.123Z, 2 lines \(\d+ bytes\) lost$/);
  full = false;
  await t.logging[Symbol.asyncDispose]();
  const [, gap] = t.lines().map((line) => JSON.parse(line));
  assert.equal(gap.lines, 2);
  assert.equal(gap.level, "error");
});

Deno.test("of a record, or a mark, that a full disk takes a part of nothing stays: every line is whole", async () => {
  let room = Infinity;
  const files: Files = {
    ...systemFiles,
    write(fd, bytes) {
      if (bytes.length <= room) return systemFiles.write(fd, bytes);
      systemFiles.write(fd, bytes.subarray(0, room)); // As the runtime, which does not tell of it.
      throw Object.assign(new Error("full"), { code: "ENOSPC" });
    },
  };
  await using t = bench({ format: "json" }, files);
  const log = t.logging.logger();
  log.info("one");
  room = 20;
  log.info("two");
  assert.deepEqual(t.lines().map((line) => JSON.parse(line).message), ["one"]);
  t.clock.advance(1000);
  assert.equal(t.lines().length, 1, "the mark has no room either");
  room = Infinity;
  t.clock.advance(1000);
  log.info("three");
  const [, gap, three] = t.lines().map((line) => JSON.parse(line));
  assert.deepEqual([gap.lines, three.message], [1, "three"]);
});

Deno.test("what has to be said beside the records is one of them where stderr has JSON", async () => {
  const files: Files = {
    ...systemFiles,
    write() {
      throw Object.assign(new Error("full"), { code: "ENOSPC" });
    },
  };
  await using t = bench({ format: "json", outputs: ["file", "stderr"] }, files);
  t.logging.logger().info("one");
  const said = t.stderr.map((line) => JSON.parse(line)).find(({ logger }) => logger === "appd.logging");
  assert.deepEqual([said.level, said.timestamp], ["error", "2025-11-01T10:30:00.123Z"]);
  assert.match(said.message, /^cannot write ".*daemon\.log": no space left on device \(ENOSPC\)$/);
});
