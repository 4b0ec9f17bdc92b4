import assert from "node:assert/strict";
import { type Flaw, type Kind, startReading } from "./kind.ts";
import { duration, flag, integer, oneOf, path, size, text } from "./kinds.ts";
import { address, isLoopback, timezone, umask } from "./kinds_host.ts";
import { command, list, mapOf, variable } from "./kinds_nested.ts";

function read<T>(kind: Kind<T>, raw: unknown): T | string {
  const flaws: Flaw[] = [];
  const value = kind.read(raw, startReading({ base: "/home/u/.appd", sink: (flaw) => void flaws.push(flaw) }));
  assert.equal(value === undefined, flaws.length > 0, "a value or flaws, never both, never neither");
  return value ?? flaws.map(({ message, path }) => `${path.join(".")} ${message}`).join("; ");
}

const TABLE: readonly [Kind<unknown>, raw: unknown, expected: unknown][] = [
  [duration({ min: 0 }), "1h30m", 5_400_000],
  [duration({ min: 0 }), 0, 0],
  [duration({ min: 1 }), "0s", ' is "0s", too little'],
  [duration({ min: 0 }), 30, ' is 30 without a unit, expected a duration such as "30s", "5m" or "1h30m"'],
  [duration({ min: 0 }), "99999999999d", ' is "99999999999d", too much'],
  [size({ min: 0 }), "10MiB", 10_485_760],
  [size({ min: 0 }), "10Mib", ' is "10Mib", expected a size such as "10MiB", "512KiB" or "1GB"'],
  [integer({ min: 0, max: 65535 }), 65536, " is 65536, expected 0 to 65535"],
  [integer({ min: 0, max: 65535 }), 1.5, " is 1.5, expected a whole number, 0 to 65535"],
  [integer({ min: 0, max: 9 }), NaN, " is NaN, expected a whole number, 0 to 9"],
  [flag(), true, true],
  [flag(), "true", ' is "true", expected true or false'],
  [oneOf(["warn", "error"], { warning: "warn" }), "warning", "warn"],
  [oneOf(["warn", "error"]), "toString", ' is "toString", expected "warn" or "error"'],
  [oneOf(["warn"], { warning: "warn" }), "__proto__", ' is "__proto__", expected one of "warn"'],
  [text(), "", " is empty, expected a text"],
  [text(), "a\0", " contains a NUL character"],
  [text(), new Date(0), " is a date, expected a text"],
  [path("file"), "daemon.log", "/home/u/.appd/daemon.log"],
  [path("file"), "../x", "/home/u/x"],
  [path("file"), "/var/log/x", "/var/log/x"],
  [path("file"), "~/x", ' is "~/x": "~" is not expanded'],
  [umask(), "027", 0o027],
  [umask(), "0027", 0o027],
  [umask(), 22, " is a number, expected an octal mask in quotes"],
  [umask(), 0o022, " is a number, expected an octal mask in quotes"],
  [umask(), "0999", ' is "0999", expected an octal mask in quotes'],
  [umask(), "22", ' is "22", expected an octal mask in quotes'],
  [address(), "[::1]", "::1"],
  [address(), "127.0.0.1:80", ' is "127.0.0.1:80", expected an IP address or localhost'],
  [address(), "256.0.0.1", ' is "256.0.0.1", expected an IP address or localhost'],
  [address(), "example.org", ' is "example.org", expected an IP address or localhost'],
  [timezone(), "Asia/Kolkata", "Asia/Kolkata"],
  [timezone(), "Mars/Olympus", ' is "Mars/Olympus", which is no time zone'],
  [list(oneOf(["a", "b"]), { label: "l", unique: true }), ["a", "a"], " names an element twice"],
  [list(oneOf(["a", "b"]), { label: "l" }), ["a", "c"], '1 is "c", expected "a" or "b"'],
  [list(oneOf(["a"]), { label: "l", min: 1 }), [], " is an empty array"],
  [mapOf(variable(), { label: "m", keys: /^[A-Z]+$/, expected: "capitals" }), { A: "1" }, { A: "1" }],
  [
    mapOf(variable(), { label: "m", keys: /^[A-Z]+$/, expected: "capitals" }),
    { a: "1" },
    "a has an unfit key, expected capitals",
  ],
  [command(), ["a", ""], ["a", ""]],
  [command(), [], " names no program to run"],
  [command(), ["a", 1], "1 is not a text"],
];

for (const [kind, raw, expected] of TABLE) {
  Deno.test(`${kind.label} reads ${JSON.stringify(raw)}`, () => assert.deepEqual(read(kind, raw), expected));
}

Deno.test("a text from outside means the raw value that a file would have", () => {
  assert.equal(flag().fromText("yes"), true);
  assert.equal(integer({ min: 0, max: 9 }).fromText("7"), 7);
  assert.equal(integer({ min: 0, max: 9 }).fromText("7x"), "7x");
  assert.equal(duration({ min: 0 }).fromText("0"), 0);
  assert.deepEqual(list(text(), { label: "l" }).fromText("a, b"), ["a", "b"]);
  assert.deepEqual(mapOf(text(), { label: "m", keys: /./, expected: "" }).fromText("a.b=c,d=e"), {
    "a.b": "c",
    d: "e",
  });
});

Deno.test("loopback is what only this host can reach", () => {
  for (const yes of ["127.0.0.1", "127.1.2.3", "localhost", "::1", "0:0:0:0:0:0:0:1"]) assert.ok(isLoopback(yes), yes);
  for (const no of ["0.0.0.0", "::", "10.0.0.1", "::2", "fe80::1", "1::1"]) assert.ok(!isLoopback(no), no);
});
