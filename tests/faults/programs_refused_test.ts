/** What cannot be executed, at first or later on, under the compiled binary (row 22 of the fault list). */
import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { Instance, until } from "../support/instance.ts";
import { talkTo } from "./control_socket.ts";

const isRoot = Deno.uid() === 0;

interface Refusal {
  readonly name: string;
  readonly command: readonly string[];
  readonly settings?: string;
  /** `error` of the status. */
  readonly why: string;
}

/** Programs that fail at once; files are below `home`. */
function refusals(home: string): Refusal[] {
  const at = (name: string) => join(home, name);
  const none = "no such file or directory (ENOENT)";
  const asNobody = [
    { name: "closed", command: ["/bin/true"], settings: `user = "nobody"\ncwd = "${at("closed")}"`, why: "closed" },
    { name: "stranger", command: [at("script")], settings: `user = "nobody"\ncwd = "/"`, why: "script" },
  ].map((one) => ({
    ...one,
    why: `cannot ${one.name === "closed" ? "enter" : "run"} as user nobody "${at(one.why)}": `,
  }))
    .map((one) => ({ ...one, why: `${one.why}permission denied (EACCES)` }));
  return [
    { name: "missing", command: ["/no/such"], why: `cannot run "/no/such": ${none}` },
    { name: "unknown", command: ["no-such-tool"], why: `cannot run "no-such-tool": ${none}` },
    { name: "plain", command: [at("plain")], why: `cannot run "${at("plain")}": permission denied (EACCES)` },
    { name: "directory", command: ["/etc"], why: 'cannot run "/etc": permission denied (EACCES)' },
    { name: "lost", command: [at("lost")], why: `cannot run "/no/such/interpreter": ${none}` },
    {
      name: "lost_once",
      command: [at("lost")],
      settings: `restart = "never"`,
      why: `cannot run "/no/such/interpreter": ${none}`,
    },
    {
      name: "ring",
      command: [at("ring")],
      why: `cannot run "${at("ring")}": is a symbolic link that is refused here, or one of a circle (ELOOP)`,
    },
    { name: "nowhere", command: ["/bin/true"], settings: `cwd = "/no/such"`, why: `cannot enter "/no/such": ${none}` },
    {
      name: "file_cwd",
      command: ["/bin/true"],
      settings: `cwd = "${at("plain")}"`,
      why: `cannot enter "${at("plain")}": a part of the path is not a directory (ENOTDIR)`,
    },
    {
      name: "no_user",
      command: ["/bin/true"],
      settings: `user = "no-such-user"`,
      why: 'cannot find the account: no such user "no-such-user" (see them all: getent passwd)',
    },
    ...(isRoot ? asNobody : []),
  ];
}

function section({ name, command, settings = "" }: Omit<Refusal, "why">): string {
  return `\n[[program]]\nname = "${name}"\ncommand = ${JSON.stringify(command)}\n${settings}\n`;
}

function furnish(home: string): void {
  fs.chmodSync(home, 0o755);
  fs.writeFileSync(join(home, "plain"), "#!/bin/sh\n");
  fs.writeFileSync(join(home, "script"), "#!/bin/sh\n", { mode: 0o700 });
  fs.writeFileSync(join(home, "lost"), "#!/no/such/interpreter\n", { mode: 0o755 });
  fs.symlinkSync("ring", join(home, "ring"));
  fs.mkdirSync(join(home, "closed"), { mode: 0o700 });
}

Deno.test("22: what cannot be executed says exactly why, and the daemon and the rest live", async () => {
  await using daemon = new Instance();
  furnish(daemon.home);
  const all = refusals(daemon.home);
  // The home of nobody does not exist: no reason not to run.
  const good = section({
    name: "good",
    command: ["sleep", "1000"],
    settings: isRoot ? `user = "nobody"\ncwd = "/"` : "",
  });
  daemon.write(all.map(section).join("") + good);
  await daemon.start();
  const talk = talkTo(daemon);
  await until("the good one runs", async () => (await talk.program("good")).state === "running");
  const seen = (await talk.status()).programs.filter(({ name }) => name !== "good");
  assert.deepEqual(
    seen.map(({ name, state, error, next_retry_at }) => [name, state, error, next_retry_at]),
    all.map(({ name, why }) => [name, "failed", why, null]),
  );
  const why = await daemon.run(["why", "nowhere"]);
  assert.match(why.stdout, /cannot enter "\/no\/such"/);
});

/** What goes away while a program waits to be tried again, and what its status then says. */
const GONE = [
  { name: "binary", gone: "tool", says: /^cannot run ".*\/tool": no such file or directory \(ENOENT\)$/ },
  { name: "directory", gone: "place", says: /^cannot enter ".*\/place": no such file or directory \(ENOENT\)$/ },
  { name: "bits", gone: "bits", says: /^cannot run ".*\/bits": permission denied \(EACCES\)$/ },
] as const;

Deno.test("22: what disappears later fails with its errno at the next try, and comes back by hand", async () => {
  await using daemon = new Instance();
  const at = (name: string) => join(daemon.home, name);
  const furnish = () => {
    for (const name of ["tool", "bits"]) fs.writeFileSync(at(name), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
    fs.chmodSync(at("bits"), 0o755);
    fs.mkdirSync(at("place"), { recursive: true });
  };
  furnish();
  daemon.write(
    section({ name: "binary", command: [at("tool")] }) + section({ name: "bits", command: [at("bits")] }) +
      section({ name: "directory", command: ["/bin/false"], settings: `cwd = "${at("place")}"` }) +
      section({ name: "good", command: ["sleep", "1000"] }),
  );
  await daemon.start();
  const talk = talkTo(daemon);
  const is = (name: string, state: string) => async () => (await talk.program(name)).state === state;
  for (const { name } of GONE) await until(`${name} waits`, is(name, "backoff"));
  fs.rmSync(at("tool"));
  fs.rmdirSync(at("place"));
  fs.chmodSync(at("bits"), 0o644);
  for (const { name, says } of GONE) {
    await until(`${name} has failed`, is(name, "failed"));
    assert.match((await talk.program(name)).error ?? "", says);
  }
  await until("the good one runs", is("good", "running"));
  furnish();
  for (const { name } of GONE) await talk.post(`/programs/${name}/start`);
  for (const { name } of GONE) await until(`${name} is tried again`, is(name, "backoff"));
});
