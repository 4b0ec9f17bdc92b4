/** A reload with a flaw in what only the app understands: it is refused with 78, and the old configuration stays live. */
import assert from "node:assert/strict";
import { compiled } from "../support/compiled.ts";
import { Instance, signal, until } from "../support/instance.ts";

interface Case {
  readonly app: string;
  readonly good: string;
  readonly bad: string;
  readonly words: RegExp;
}

const CASES: readonly Case[] = [
  {
    app: "calendarbot",
    good: "[calendar]\ndays = 3\n",
    bad: '[calendar]\ndays = 4\ntimezone = "Mars/Base"\n',
    words: /:\d+:\d+: calendar\.timezone is "Mars\/Base"/,
  },
  {
    app: "devtrack",
    good: "[settings]\nprompt_interval = 600\n",
    bad: '[[job]]\nname = "commit"\ncommand = ["true"]\n',
    words: /:4:8: job\.commit\.name is "commit", and a job of the app has this name/,
  },
  {
    app: "cco",
    good: "[cache]\nttl = 5\n",
    bad: '[proxy]\nupstream = "ftp://example.org"\n',
    words: /:\d+:\d+: (proxy\.)?upstream is "ftp:\/\/example\.org"/,
  },
  {
    app: "mcpeg",
    good: '[[upstream]]\nname = "a"\ncommand = ["sleep", "1000"]\nenabled = false\n',
    bad: '[[upstream]]\nname = "a"\ncommand = ["sleep", "1000"]\nurl = "http://127.0.0.1:9/mcp"\n',
    words: /has both command and url/,
  },
  {
    app: "vpo",
    good: '[library]\nsettle = "1s"\n',
    bad: '[library]\noutbox = "inbox/out"\n',
    words: /library\.outbox is .*: one is in the other/,
  },
];

/** What a daemon says of its last reload, and of what runs in it. */
async function lifeOf(instance: Instance) {
  const { pid, state, last_reload: reload, programs } = await instance.status();
  const services = programs.map(({ name, restarts }: { name: string; restarts: number }) => `${name} ${restarts}`);
  return { pid, state, ok: reload?.ok ?? null, at: reload?.at ?? null, services };
}

for (const { app, good, bad, words } of CASES) {
  Deno.test(`${app}: a flawed reload is refused, by the verb with 78 and by HUP, and everything goes on as it was`, async () => {
    await compiled(`examples/${app}/${app}.ts`);
    await using instance = new Instance(good, app);
    await instance.start();
    const before = await until("its checks have a result", async () => { // Those that take long come after its start.
      const life = await lifeOf(instance);
      return life.state === "ready" ? life : undefined;
    });
    instance.write(bad);
    const { code, stderr } = await instance.run(["reload"]);
    assert.equal(code, 78, stderr);
    assert.match(stderr, words);
    assert.match(stderr, /hint: the old configuration stays live/);
    const refused = await lifeOf(instance);
    assert.deepEqual({ ...refused, at: null }, { ...before, ok: false, at: null });
    signal(instance.pid(), "SIGHUP");
    const again = await until("HUP is refused too", async () => {
      const now = await lifeOf(instance);
      return now.at === refused.at ? undefined : now;
    });
    assert.deepEqual({ ...again, at: null }, { ...before, ok: false, at: null });
    assert.equal((await instance.run(["restart"])).code, 78, "a restart looks first");
    assert.equal(instance.pid(), before.pid);
    instance.write(good);
    assert.equal((await instance.run(["reload"])).code, 0);
  });
}
