import assert from "node:assert/strict";
import { type Flaw, type Kind, startReading } from "./kind.ts";
import { dependencies } from "./kind_dependencies.ts";
import { limits } from "./kind_limits.ts";
import { account } from "./kinds_host.ts";
import { argv } from "./kinds_nested.ts";
import { endpoint, webAddress } from "./kinds_net.ts";
import { liveProbe, readyProbe } from "./settings_probe.ts";

function read<T>(kind: Kind<T>, raw: unknown): T | string {
  const flaws: Flaw[] = [];
  const value = kind.read(raw, startReading({ base: "/home/u/.appd", sink: (flaw) => void flaws.push(flaw) }));
  assert.equal(value === undefined, flaws.length > 0, "a value or flaws, never both, never neither");
  const said = ({ message, path, hint }: Flaw) =>
    `${path.join(".")} ${message}${hint === undefined ? "" : ` (${hint})`}`;
  return value ?? flaws.map(said).join("; ");
}

const url = webAddress({ example: "http://127.0.0.1:9000/ready" });
const webhook = webAddress({ example: "https://hooks.example.org/…", secret: true });
const NUMBER = 'expected a whole number, "unlimited" or "soft:hard"';
const SIZE = 'expected a whole number, a size such as "64MiB", "unlimited" or "soft:hard"';
const PACE = { initialDelay: 0, timeout: 1000, successThreshold: 1, failureThreshold: 3 };

const TABLE: readonly [Kind<unknown>, raw: unknown, expected: unknown][] = [
  [account("user"), "www-data", "www-data"],
  [account("user"), 33, "33"],
  [account("user"), "33", "33"],
  [account("user"), -1, " is -1, expected the name or the number of a user (a number is 0 to 4294967294)"],
  [
    account("user"),
    4294967295,
    " is 4294967295, expected the name or the number of a user (a number is 0 to 4294967294)",
  ],
  [account("group"), "a b", ' is "a b", expected the name or the number of a group'],
  [account("group"), "-x", ' is "-x", expected the name or the number of a group'],

  [limits(), { nofile: 4096, core: 0 }, { nofile: "4096:4096", core: "0:0" }],
  [limits(), { memlock: "64MiB", nofile: "1024:4096" }, { memlock: "67108864:67108864", nofile: "1024:4096" }],
  [limits(), { core: "unlimited", stack: "8MiB:unlimited" }, {
    core: "unlimited:unlimited",
    stack: "8388608:unlimited",
  }],
  [limits(), { nofil: 1 }, 'nofil is no limit (did you mean "nofile"?)'],
  [
    limits(),
    { nofile: "64KiB" },
    `nofile is "64KiB", ${NUMBER} (nofile counts descriptors: write a number without a unit)`,
  ],
  [limits(), { nofile: -1 }, `nofile is -1, ${NUMBER}`],
  [limits(), { nofile: 1.5 }, `nofile is 1.5, ${NUMBER}`],
  [limits(), { nofile: "1:2:3" }, `nofile is "1:2:3", ${NUMBER}`],
  [limits(), { nofile: "10:" }, `nofile is "10:", ${NUMBER}`],
  [limits(), { as: "lots" }, `as is "lots", ${SIZE}`],
  [
    limits(),
    { nofile: "unlimited:10" },
    'nofile is "unlimited:10": the soft limit is above the hard one (the soft one comes first)',
  ],
  [limits(), 5, " is 5, expected a table (write { nofile = 4096 })"],

  [endpoint(), 5432, { hostname: "127.0.0.1", port: 5432 }],
  [endpoint(), "db.example.org:5432", { hostname: "db.example.org", port: 5432 }],
  [endpoint(), "[::1]:80", { hostname: "::1", port: 80 }],
  [endpoint(), "5432", ' is "5432", expected host:port or a port number (write it without quotes: 5432)'],
  [endpoint(), 0, ' is 0, and ports are 1 to 65535 (such as "127.0.0.1:5432", "[::1]:5432" or 5432)'],
  [endpoint(), "a:65536", ' is "a:65536", and ports are 1 to 65535 (such as "127.0.0.1:5432", "[::1]:5432" or 5432)'],
  [
    endpoint(),
    "::1",
    ' is "::1", expected host:port or a port number (such as "127.0.0.1:5432", "[::1]:5432" or 5432)',
  ],

  [url, "http://[::1]:9000/x?y=1", "http://[::1]:9000/x?y=1"],
  [
    url,
    "127.0.0.1:9000/ready",
    ' is "127.0.0.1:9000/ready", which is no URL that begins with http:// or https:// (did you mean "http://127.0.0.1:9000/ready"?)',
  ],
  [
    url,
    ":9000/ready",
    ' is ":9000/ready", which is no URL that begins with http:// or https:// (did you mean "http://127.0.0.1:9000/ready"?)',
  ],
  [
    url,
    "ftp://x/",
    ' is "ftp://x/", which is no URL that begins with http:// or https:// (such as "http://127.0.0.1:9000/ready")',
  ],
  [
    url,
    "http://a:99999/",
    ' is "http://a:99999/", which is no URL that begins with http:// or https:// (such as "http://127.0.0.1:9000/ready")',
  ],
  [
    url,
    "http://me:planted@x/",
    " has a user name or a password in it, which are not sent (take what stands before the @ out)",
  ],
  [
    webhook,
    "hooks.example.org/planted",
    ' is no URL that begins with http:// or https:// (such as "https://hooks.example.org/…")',
  ],

  [dependencies(), { db: "ready", migrate: "completed" }, { db: "ready", migrate: "completed" }],
  [dependencies(), ["db", "cache"], { db: "ready", cache: "ready" }],
  [dependencies(), ["db", "db"], " names a program twice"],
  [dependencies(), [1], '0 is 1, expected a text (put it in quotes: "1")'],
  [
    dependencies(),
    { db: "redy" },
    'db is "redy", expected "started", "ready", "healthy" or "completed" (did you mean "ready"?)',
  ],
  [
    dependencies(),
    "db",
    ' is "db", expected a table or an array of names (write ["db"] or { db = "ready" })',
  ],

  [argv(), "./check --fast", ' is "./check --fast", expected an array of words (write ["./check", "--fast"])'],
  [argv(), [], " names no program to run"],

  [readyProbe(), { notify: true }, { method: { kind: "notify" }, period: 1000, ...PACE }],
  [readyProbe(), { tcp: 80, period: "5s" }, {
    method: { kind: "tcp", hostname: "127.0.0.1", port: 80 },
    ...PACE,
    period: 5000,
  }],
  [readyProbe(), { log: "listening on port \\d+" }, {
    method: { kind: "log", pattern: "listening on port \\d+" },
    period: 1000,
    ...PACE,
  }],
  [readyProbe(), { delay: "3s" }, { method: { kind: "delay", ms: 3000 }, period: 1000, ...PACE }],
  [liveProbe(), { exec: ["./check"], failure_threshold: 5 }, {
    method: { kind: "exec", command: ["./check"] },
    period: 10_000,
    ...PACE,
    failureThreshold: 5,
  }],
  [readyProbe(), {}, " says not what to look at (add one of notify, http, tcp, exec, log, delay)"],
  [
    readyProbe(),
    { http: "http://x/", tcp: 80 },
    " has http and tcp, and takes one (keep one; a command of your own can look at several things: exec)",
  ],
  [readyProbe(), { notify: false }, "notify is false, expected true (write true, or take it out)"],
  [
    readyProbe(),
    { log: "(" },
    'log is "(", which is no regular expression: unterminated group (a character that is meant as it is gets a backslash; between single quotes TOML leaves backslashes alone)',
  ],
  [readyProbe(), { htp: "http://x/" }, 'htp is not a known setting (did you mean "http"?)'],
  [
    readyProbe(),
    "http://x/",
    ' is "http://x/", expected a table (write { http = "http://127.0.0.1:9000/ready" })',
  ],
  [
    liveProbe(),
    { delay: "3s" },
    "delay is not a known setting (log and delay are for ready; live takes notify, http, tcp or exec)",
  ],
  [liveProbe(), { tcp: 80, success_threshold: 2 }, "success_threshold is 2, expected 1 (write 1, or take it out)"],
];

for (const [kind, raw, expected] of TABLE) {
  Deno.test(`${kind.label} reads ${JSON.stringify(raw)}`, () => assert.deepEqual(read(kind, raw), expected));
}

Deno.test("limits, dependencies and places come as plain text too", () => {
  assert.deepEqual(limits().fromText("nofile=1024, memlock=64MiB"), { nofile: 1024, memlock: "64MiB" });
  assert.deepEqual(dependencies().fromText("db, cache"), ["db", "cache"]);
  assert.deepEqual(dependencies().fromText("db=ready,init=completed"), { db: "ready", init: "completed" });
  assert.equal(endpoint().fromText("5432"), 5432);
});
