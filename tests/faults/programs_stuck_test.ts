/** What could make a stop or a reload wait for ever: a pipe that somebody holds, and probes that never answer. */
import assert from "node:assert/strict";
import { systemProcesses } from "../../src/system/processes.ts";
import { Instance, program, signal, until } from "../support/instance.ts";
import { talkTo } from "./control_socket.ts";
import { sized } from "./seed.ts";

const IDLE = "while :; do sleep 100000; done";

Deno.test("19: a process that nobody knows and that holds the output does not keep a stop beyond its time", async () => {
  const token = `${700_000}.${Deno.pid}`;
  const ghosts = () =>
    systemProcesses.list().map(({ pid }) => pid)
      .filter((pid) => systemProcesses.commandLine(pid).join(" ") === `sleep ${token}`);
  // Its session, parents, mark and output are gone; the FIFO is still open as its descriptor 3.
  const script = `(setsid env -i sleep ${token} 3>&1 >/dev/null 2>&1 &)\ntrap '' TERM\necho up\n${IDLE}`;
  await using daemon = new Instance(program("holder", script, `stop_timeout = "500ms"`));
  await daemon.start();
  await until("it has left", () => ghosts().length === 1);
  try {
    const talk = talkTo(daemon);
    const first = (await talk.program("holder")).pid;
    const began = performance.now();
    await talk.post("/programs/holder/stop");
    assert.ok(performance.now() - began < sized(9000, 2500), `${performance.now() - began} ms`);
    assert.deepEqual((await talk.program("holder")).state, "stopped");
    await talk.post("/programs/holder/start");
    const { pid } = await talk.program("holder");
    assert.ok(pid !== null && pid !== first);
    const heard = async () => (await daemon.run(["logs", "holder"])).stdout === "up\nup\n";
    await until("the new life is heard", heard);
    const stopping = performance.now();
    assert.equal((await daemon.run(["stop"])).code, 0);
    assert.ok(performance.now() - stopping < sized(9000, 3500), `${performance.now() - stopping} ms`);
  } finally {
    for (const pid of ghosts()) signal(pid, "SIGKILL");
  }
});

Deno.test("probes that never answer hold up neither a reload nor a stop, and nothing of them stays", async () => {
  using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 }); // Connections wait in its backlog for ever.
  const url = `http://127.0.0.1:${(silent.addr as Deno.NetAddr).port}/`;
  const forever = `period = "1s", timeout = "1000s"`;
  const stubborn = `sh -c 'trap "" TERM INT HUP; ${IDLE}'`;
  const sections: readonly string[] = [
    program("http", IDLE, `start_timeout = "1000s"\nready = { http = "${url}", ${forever} }`),
    program(
      "exec",
      IDLE,
      `start_timeout = "1000s"\nready = { exec = ["sh", "-c", ${JSON.stringify(stubborn)}], ${forever} }`,
    ),
    program("live", IDLE, `live = { exec = ["sh", "-c", ${JSON.stringify(stubborn)}], ${forever} }`),
  ];
  await using daemon = new Instance(sections.join(""));
  await daemon.start();
  const talk = talkTo(daemon);
  await until("the last one is ready", async () => (await talk.program("live")).state === "running");
  const kept = (await talk.program("live")).pid;
  const timed = async (what: string, work: () => Promise<unknown>) => {
    const began = performance.now();
    await work();
    assert.ok(performance.now() - began < sized(9000, 3000), `${what}: ${performance.now() - began} ms`);
  };
  daemon.write(sections.slice(0, 2).map((one) => one.replaceAll("while", ": changed; while")).join("") + sections[2]);
  await timed("reload", () => talk.post("/reload"));
  assert.equal((await talk.program("live")).pid, kept);
  assert.equal((await talk.program("exec")).state, "starting");
  daemon.write(sections[0] + (sections[2] ?? "").replace(`timeout = "1000s"`, `timeout = "900s"`));
  await timed("a reload that removes one and changes a probe", () => talk.post("/reload"));
  assert.equal((await talk.program("live")).pid, kept);
  await timed("stop of one", () => talk.post("/programs/http/stop"));
  await timed("stop", () => daemon.run(["stop"]));
  await until("nothing of them is left", () => daemon.processes().length === 0);
});
