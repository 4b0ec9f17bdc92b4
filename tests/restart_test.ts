/** What a restart refuses while the daemon that runs can still go on, on dist/appd. Compile first: `deno task compile`. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { freePort, Instance, program } from "./support/instance.ts";

const WEB = program("web", "exec sleep 600");

/** A daemon that runs `web`, and what is to hold of both after a restart that was refused. */
async function running(config = WEB) {
  const instance = new Instance(config);
  await instance.start();
  const pid = instance.pid();
  const { url } = await instance.status();
  return {
    instance,
    async refuses(code: number, said: RegExp, ...args: string[]) {
      const { code: got, stderr } = await instance.run(["restart", ...args]);
      assert.equal(got, code, stderr);
      assert.match(stderr, said);
      const status = await instance.status();
      assert.deepEqual([status.state, status.pid, status.url], ["ready", pid, url], `after: ${stderr}`);
    },
    [Symbol.asyncDispose]: () => instance[Symbol.asyncDispose](),
  };
}

function withToken({ port }: Instance): string {
  return `[server]\nport = ${port}\ntoken_file = "token"\n${WEB}`;
}

function writeToken({ home }: Instance, text: string, mode: number): void {
  const path = join(home, "token");
  fs.writeFileSync(path, text);
  fs.chmodSync(path, mode);
}

Deno.test("a restart with a token that the daemon would not take leaves the daemon alone, and check and reload tell of it", async () => {
  await using daemon = await running();
  const { instance } = daemon;
  instance.write(withToken(instance));
  const tells = async (said: RegExp) => {
    await daemon.refuses(78, said);
    await daemon.refuses(78, said, "--keep-programs");
    const checked = await instance.run(["config", "check"]);
    assert.match(checked.stderr, /warning: the daemon does not start: /);
    assert.match(checked.stderr, said);
    const reloaded = await instance.run(["reload"]);
    assert.equal(reloaded.code, 78);
    assert.match(reloaded.stderr, said);
  };
  await tells(/token file ".*": it does not exist/);
  writeToken(instance, "0123456789abcdef", 0o644);
  await tells(/token file ".*": others can read it/);
  writeToken(instance, "short", 0o600);
  await tells(/token file ".*": the token has less than 16 characters/);
  writeToken(instance, "0123456789abcdef", 0o600);
  assert.equal((await instance.run(["config", "check"])).stderr, "");
  assert.equal((await instance.run(["restart"])).code, 0);
});

Deno.test("a restart onto a port of somebody else, or an address of another host, leaves the daemon alone", async () => {
  await using daemon = await running();
  using stranger = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = stranger.addr;
  const taken = new RegExp(`cannot listen on "127.0.0.1:${port}": the address is taken`);
  await daemon.refuses(69, taken, "--port", `${port}`);
  await daemon.refuses(69, taken, "--port", `${port}`, "--keep-programs");
  const { instance } = daemon;
  writeToken(instance, "0123456789abcdef", 0o600);
  instance.write(`[server]\nport = ${instance.port}\nbind = "192.0.2.7"\ntoken_file = "token"\n${WEB}`);
  await daemon.refuses(69, /cannot listen on "192\.0\.2\.7:\d+": this host has no such address/);
  instance.write(`[server]\nport = ${port}\n${WEB}`);
  await daemon.refuses(69, taken);
  instance.write(`[server]\nport = ${freePort()}\n${WEB}`);
  assert.equal((await instance.run(["restart"])).code, 0);
});

Deno.test("a restart with a log, a PID file or a command that cannot be leaves the daemon alone", async () => {
  await using daemon = await running();
  const { instance: { home } } = daemon;
  fs.writeFileSync(join(home, "file"), "");
  await daemon.refuses(73, /cannot log to ".*file\/daemon\.log"/, "--log-file", join(home, "file/daemon.log"));
  await daemon.refuses(73, /cannot write PID file ".*none\/daemon\.pid"/, "--pid-file", join(home, "none/daemon.pid"));
  await daemon.refuses(73, /cannot write PID file ".*file\/x"/, "--pid-file", join(home, "file/x"));
  await daemon.refuses(69, /cannot run "no-such-thing"/, "--", "no-such-thing");
});

Deno.test("a restart that could not open its database leaves the daemon alone", async () => {
  await using daemon = await running();
  const { instance } = daemon;
  fs.mkdirSync(join(instance.home, "appd.db"));
  instance.write(`${WEB}[[job]]\nname = "j"\nevery = "1h"\ncommand = ["true"]\n`);
  await daemon.refuses(69, /cannot open ".*appd\.db": it is a directory, not a regular file/);
  await daemon.refuses(69, /the daemon that runs, PID \d+, was left as it is/);
});
