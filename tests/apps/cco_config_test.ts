/** The flat configuration of cco, on the compiled binary. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { type Instance, until } from "../support/instance.ts";
import { cco, configure, json, ok, upstream, viaProxy } from "./cco_lab.ts";

/** The example of the document, as it stands there. */
const EXAMPLE = `port = 3000
host = "127.0.0.1"
log_level = "info"
log_rotation_size = 10485760
log_max_files = 5
database_url = "sqlite://analytics.db"
cache_size = 1073741824
cache_ttl = 3600
auto_start = true
health_checks = true
health_check_interval = 30
`;

const VALUES = {
  ...{ port: 3000, host: "127.0.0.1", log_level: "info", log_rotation_size: 10485760, log_max_files: 5 },
  ...{ database_url: "sqlite://analytics.db", cache_size: 1073741824, cache_ttl: 3600, auto_start: true },
  ...{ health_checks: true, health_check_interval: 30 },
} as const;

function write(instance: Instance, text: string): void {
  fs.writeFileSync(join(instance.home, "config.toml"), text);
}

/** The file must be refused with 78. @returns what is said */
async function refused(instance: Instance, text: string): Promise<string> {
  write(instance, text);
  const { code, stderr, stdout } = await instance.run(["config", "check"]);
  assert.equal(code, 78, `${text} gave ${code}: ${stdout}`);
  return stderr;
}

Deno.test("S2 Configuration File Example, S2 Configuration Management, S2 TOML persistence: the example is valid and says what it says", async () => {
  await using instance = cco();
  write(instance, EXAMPLE);
  await ok(instance, "config", "check");
  for (const [key, value] of Object.entries(VALUES)) {
    assert.equal((await ok(instance, "config", "get", key)).trim(), String(value), key);
  }
});

Deno.test("S2 Default values, S2 port, S2 host, S2 log_level, S2 log_max_files, S2 cache_size, S2 cache_ttl, S2 auto_start: they are those of the example, without a file", async () => {
  await using instance = cco();
  fs.rmSync(join(instance.home, "config.toml"));
  for (const [key, value] of Object.entries(VALUES)) {
    assert.equal((await ok(instance, "config", "get", key)).trim(), String(value), key);
  }
});

Deno.test("S2 Dynamic updates: set is checked, keeps comments, and get reads it back; each by its flat name", async () => {
  await using instance = cco();
  write(instance, `# mine\n${EXAMPLE}`);
  const sets: Record<keyof typeof VALUES, unknown> = {
    ...{ port: 3999, host: "::1", log_level: "debug", log_rotation_size: 5000, log_max_files: 7 },
    ...{ database_url: "sqlite:///srv/cco/a.db", cache_size: 1000, cache_ttl: 5, auto_start: false },
    ...{ health_checks: false, health_check_interval: 45 },
  };
  assert.deepEqual(Object.keys(sets), Object.keys(VALUES));
  for (const [key, value] of Object.entries(sets)) {
    await ok(instance, "config", "set", key, `${value}`);
    assert.equal((await ok(instance, "config", "get", key)).trim(), `${value}`, key);
  }
  const text = fs.readFileSync(join(instance.home, "config.toml"), "utf8");
  assert.match(text, /^# mine\nport = 3999\n/);
  assert.match(text, /^cache_size = 1000$/m);
  const { code, stderr } = await instance.run(["config", "set", "cache_ttl", "0"]);
  assert.deepEqual([code, /cache_ttl/.test(stderr)], [78, true]);
  assert.equal((await ok(instance, "config", "get", "cache_ttl")).trim(), "5");
});

Deno.test("S2 Missing file handling: set makes the file", async () => {
  await using instance = cco();
  fs.rmSync(join(instance.home, "config.toml"));
  await ok(instance, "config", "set", "cache_ttl", "60");
  assert.match(fs.readFileSync(join(instance.home, "config.toml"), "utf8"), /^cache_ttl = 60$/m);
});

Deno.test("S2 Port validation: 1 to 65535; 0 is no TCP listener, and the log warns of it", async () => {
  await using instance = cco();
  for (const bad of ["70000", "-1", "3000.5", '"3000"']) {
    assert.match(await refused(instance, `port = ${bad}`), /:1:8: port is/);
  }
  configure(instance, "");
  const { code, stderr } = await instance.run(["daemon", "start", "--port", "65536"]);
  assert.deepEqual([code, /port is 65536, expected 0 to 65535/.test(stderr)], [2, true]);
  write(instance, "port = 0");
  await ok(instance, "daemon", "start");
  const { url } = await json(instance, "daemon", "status");
  assert.equal(url, null);
  await until("the log says so", async () => /WARN .*port is 0/.test(await ok(instance, "daemon", "logs")));
});

Deno.test("S2 Log level validation: debug, info, warn, error; warning is read and shown as warn", async () => {
  await using instance = cco();
  for (const level of ["debug", "info", "warn", "error"]) {
    write(instance, `log_level = "${level}"`);
    await ok(instance, "config", "check");
  }
  write(instance, 'log_level = "warning"');
  assert.equal(await ok(instance, "config", "get", "log_level"), "warn\n");
  assert.match(await ok(instance, "config", "list"), /^log_level +"warn" +file/m);
  assert.match(await ok(instance, "config", "explain", "log_level"), /^log_level = "warn"\n[^]*file, .*: "warn"$/m);
  const said = await refused(instance, 'log_level = "loud"');
  assert.match(said, /log_level is "loud", expected "debug", "info", "warn" \(also "warning"\) or "error"/);
  assert.match(await ok(instance, "daemon", "start", "--help"), /--log-level LEVEL[^]*warning is\s+read as warn/);
});

Deno.test("S2 Cache validation: neither size nor TTL may be 0", async () => {
  await using instance = cco();
  assert.match(await refused(instance, "cache_size = 0"), /cache_size is 0/);
  assert.match(await refused(instance, "cache_ttl = 0"), /cache_ttl is 0/);
  assert.match(await refused(instance, "cache_size = -5\ncache_ttl = 0"), /cache_size[^]*cache_ttl/);
});

Deno.test("S2 Log rotation validation: sizes and counts that make no sense are refused", async () => {
  await using instance = cco();
  assert.match(await refused(instance, "log_rotation_size = 0"), /log_rotation_size is 0/);
  assert.match(await refused(instance, "log_max_files = -1"), /log_max_files is -1/);
  assert.match(
    await refused(instance, 'log_rotation_size = 5000\n[log]\nrotate_size = "1MiB"'),
    /log_rotation_size is not/,
  );
});

Deno.test("S2 Path validation, S2 database_url: a path that cannot be used is said at the start", async () => {
  await using instance = cco();
  for (const other of ["postgres://x", "sqlite://../a.db", "sqlite://config.toml", "sqlite://a.db?mode=ro", "a.db"]) {
    const said = await refused(instance, `database_url = "${other}"`);
    assert.ok(said.includes(`database_url is "${other}", expected sqlite://`), said);
    assert.match(said, /^hint: write "sqlite:\/\/analytics\.db"/m);
  }
  fs.writeFileSync(join(instance.home, "in_the_way"), "");
  write(instance, `port = ${instance.port}\n[log]\nfile = "in_the_way/daemon.log"`);
  const { code, stderr } = await instance.run(["daemon", "start"]);
  assert.ok([73, 74, 78].includes(code), `${code}`);
  assert.match(stderr, /cannot [^]*in_the_way/);
});

/** cco with its database outside of its home. */
function withDatabase(): { instance: Instance; database: string } {
  const instance = cco();
  const directory = join(instance.home, "..", "srv");
  fs.mkdirSync(directory);
  const database = join(directory, "analytics.db");
  write(instance, `port = ${instance.port}\ndatabase_url = "sqlite://${database}"`);
  return { instance, database };
}

const findings = async (instance: Instance) =>
  JSON.parse((await instance.run(["doctor", "--json"])).stdout).findings
    .filter(({ id }: { id: string }) => id.startsWith("database."))
    .map(({ id, what }: { id: string; what: string }) => `${id} ${what}`);

Deno.test("S2 database_url: a file of something else is refused and left as it is", async () => {
  const { instance, database } = withDatabase();
  await using _instance = instance;
  fs.writeFileSync(database, "notes of somebody\n".repeat(500));
  const before = fs.readFileSync(database, "latin1");
  const { code, stderr } = await instance.run(["daemon", "start"]);
  const said = `cannot use "${database}": it is damaged, or no database, and not known to be this program's: `;
  assert.ok(code === 78 && stderr.startsWith(`cco: ${said}`), `${code} ${stderr}`);
  assert.ok(stderr.includes(`hint: nothing in it was changed: keep it elsewhere`), stderr);
  assert.equal(fs.readFileSync(database, "latin1"), before);
  const [found, ...more] = await findings(instance);
  assert.deepEqual([found.startsWith(`database.refused ${said}`), more], [true, []], found);
  fs.renameSync(database, `${database}.other`);
  await ok(instance, "daemon", "start");
});

Deno.test("S2 database_url: cco's own database that is damaged is set aside, and the start says so wherever it lies", async () => {
  const { instance, database } = withDatabase();
  await using _instance = instance;
  await ok(instance, "daemon", "start");
  await ok(instance, "daemon", "stop");
  fs.writeFileSync(database, "no database at all\n".repeat(500));
  assert.match((await findings(instance)).join(), /^database\.damaged the database ".*srv\/analytics\.db" is damaged/);
  const { code, stderr } = await instance.run(["daemon", "start"]);
  assert.equal(code, 0, stderr);
  const kept = fs.readdirSync(join(database, "..")).find((name) => name.includes(".corrupt-")) ?? "";
  const said = `cco: warning: the database was damaged and begins empty: what cco had kept is only in "${
    join(database, "..", kept)
  }"\n`;
  assert.ok(kept !== "" && stderr.startsWith(said), stderr);
  assert.equal((await instance.run(["daemon", "restart"])).stderr, "", "a start that finds nothing wrong says nothing");
});

Deno.test("S2 Configuration Validation: all problems at once, each with its place and its flat name; nothing is started", async () => {
  await using instance = cco();
  const said = await refused(instance, 'prot = 3000\nhost = "nowhere!"\nhealth_check_interval = "30"');
  for (const word of ["prot", "host", "health_check_interval"]) assert.ok(said.includes(word), `${word} in ${said}`);
  assert.match(said, /config\.toml:2/);
  assert.equal((await instance.run(["daemon", "start"])).code, 78);
  await until("nothing runs", () => instance.daemons().length === 0);
});

Deno.test("S2 Configuration Validation: a setting in both spellings is refused", async () => {
  await using instance = cco();
  assert.match(await refused(instance, "port = 3000\n[server]\nport = 3001"), /port[^]*server/);
});

Deno.test("S2 Command-line overrides: --port, --host, --cache-size and --cache-ttl win over the file", async () => {
  await using origin = upstream(() => new Response("x".repeat(100)));
  await using instance = cco(`upstream = "${origin.address}"\ncache_size = 100000\ncache_ttl = 3600`);
  const flags = ["--host", "127.0.0.1", "--port", `${instance.port}`, "--cache-size", "1234", "--cache-ttl", "1"];
  await ok(instance, "daemon", "start", ...flags);
  assert.equal((await json(instance, "cache", "stats")).limit_bytes, 1234);
  const ask = async () => {
    const response = await viaProxy(instance, "/a");
    await response.text();
    return response.headers.get("x-cache");
  };
  assert.equal(await ask(), "miss");
  await until("it is kept", async () => await ask() === "hit"); // The next one, where nothing takes a second.
  await until("it is too old", async () => await ask() === "miss");
});

Deno.test("S2 Configuration Management: the variables of the app say the same, below the file", async () => {
  await using instance = cco("cache_ttl = 7");
  const env = instance.env({ CCO_CACHE_TTL: "9", CCO_CACHE_SIZE: "99" });
  const get = async (key: string) => (await instance.run(["config", "get", key], { env })).stdout.trim();
  assert.deepEqual([await get("cache_ttl"), await get("cache_size")], ["7", "99"]);
});

Deno.test("S2 Configuration File Example: the example of the README is valid", async () => {
  await using instance = cco();
  const example = new URL("../../examples/cco/config.toml", import.meta.url).pathname;
  await ok(instance, "config", "check", "--config", example);
});
