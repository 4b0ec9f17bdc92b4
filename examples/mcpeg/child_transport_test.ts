import assert from "node:assert/strict";
import { alive, until } from "../../tests/support/instance.ts";
import { ChildTransport, INHERITED } from "./child_transport.ts";
import type { JSONRPCMessage } from "./sdk.ts";

interface Started {
  readonly transport: ChildTransport;
  readonly messages: JSONRPCMessage[];
  readonly lines: string[];
  readonly troubles: string[];
  readonly closed: Promise<void>;
}

async function start(script: string, env: Record<string, string> = {}): Promise<Started> {
  const messages: JSONRPCMessage[] = [];
  const lines: string[] = [];
  const troubles: string[] = [];
  const transport = new ChildTransport(
    { command: ["/bin/sh", "-c", script], cwd: "/", env },
    (line) => lines.push(line),
  );
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  transport.onmessage = (message) => void messages.push(message);
  transport.onerror = (error) => void troubles.push(error.message);
  transport.onclose = resolve;
  await transport.start();
  return { transport, messages, lines, troubles, closed };
}

const PING: JSONRPCMessage = { jsonrpc: "2.0", id: 1, method: "ping" };

Deno.test("messages go in and out, one a line, however they are cut; stderr is told by lines", async () => {
  const answer = `printf '%s' '{"jsonrpc":"2.0",'; printf '%s\\n' '"id":1,"result":{"text":"ü"}}'`;
  const { transport, messages, lines, troubles } = await start(
    `echo hello >&2; read line; echo "$line" >&2; ${answer}; cat`,
  );
  await transport.send(PING);
  await until("the answer", () => messages.length > 0);
  assert.deepEqual(messages, [{ jsonrpc: "2.0", id: 1, result: { text: "ü" } }]);
  await until("both lines", () => lines.length === 2);
  assert.deepEqual(lines, ["hello", JSON.stringify(PING)]);
  assert.deepEqual(troubles, []);
  await transport.close();
});

Deno.test("messages of one write are delivered in turns of their own, in their order", async () => {
  const lines = [1, 2, 3].map((id) => JSON.stringify({ jsonrpc: "2.0", method: `m${id}` })).join("\n");
  const { transport, messages } = await start(`read line; cat <<'END'\n${lines}\nEND\ncat`);
  const order: string[] = [];
  transport.onmessage = (message) => {
    const { method } = message as { method: string };
    order.push(method);
    messages.push(message);
    queueMicrotask(() => order.push(`after ${method}`));
  };
  await transport.send(PING);
  await until("all of them", () => messages.length === 3);
  assert.deepEqual(order, ["m1", "after m1", "m2", "after m2", "m3", "after m3"]);
  await transport.close();
});

Deno.test("a line that is no message is a trouble, and the next one is read", async () => {
  const { transport, messages, troubles } = await start(`echo Welcome; echo '{"jsonrpc":"2.0","method":"x"}'; cat`);
  await until("the message", () => messages.length > 0);
  assert.equal(troubles.length, 1);
  await transport.close();
});

Deno.test("a message of many megabytes comes whole; one without an end ends the server, and says why", async () => {
  const long = `printf '{"jsonrpc":"2.0","method":"'; head -c 16000000 /dev/zero | tr '\\0' x; printf '"}\\n'`;
  const { transport, messages, closed } = await start(`${long}; read line; tr '\\0' x </dev/zero`);
  await until("the message", () => messages.length > 0, 60_000);
  assert.equal((messages[0] as { method: string }).method.length, 16_000_000);
  await transport.send(PING);
  await closed;
  assert.equal(transport.ending, "a message of it has more than 67108864 bytes");
});

Deno.test("the end of the process ends the connection, also when a child of it holds the pipe", async () => {
  const { transport, closed } = await start("sleep 60 & exit 3");
  await closed;
  assert.equal(transport.ending, "exit code 3");
  await assert.rejects(transport.send(PING), /Connection closed/);
  await transport.close();
});

Deno.test("closing ends a server that ignores the end of its input and SIGTERM, and what it has started", async () => {
  const { transport, lines } = await start(`trap '' TERM; sleep 60 & echo $! >&2; while :; do sleep 1; done`);
  await until("the child's PID", () => lines.length > 0);
  const pids = [transport.pid ?? 0, Number(lines[0])];
  await transport.close();
  assert.equal(transport.ending, "SIGKILL");
  await until("both to be gone", () => pids.every((pid) => !alive(pid)));
});

Deno.test("a server gets what is declared and nothing of the daemon's own environment", async () => {
  Deno.env.set("NOTIFY_SOCKET", "/run/x");
  const { transport, lines } = await start("env >&2; echo END >&2; cat", { DOCS_ROOT: "/srv" });
  await until("the environment", () => lines.includes("END"));
  const names = lines.filter((line) => line !== "END").map((line) => line.slice(0, line.indexOf("=")));
  const shells = ["PWD", "SHLVL", "_", "OLDPWD"];
  assert.deepEqual(names.filter((name) => !INHERITED.includes(name) && !shells.includes(name)), ["DOCS_ROOT"]);
  await transport.close();
  Deno.env.delete("NOTIFY_SOCKET");
});

Deno.test("a program that is not there is a failure with its name", async () => {
  const transport = new ChildTransport({ command: ["/no/such/program"], cwd: "/", env: {} }, () => {});
  await assert.rejects(transport.start(), /no\/such\/program|ENOENT/);
  await transport.close();
});

Deno.test("a message that its reader cannot take is told, and the next ones come", async () => {
  const lines = [1, 2].map((id) => JSON.stringify({ jsonrpc: "2.0", method: `m${id}` })).join("\n");
  const { transport, messages, troubles } = await start(`read line; cat <<'END'\n${lines}\nEND\ncat`);
  transport.onmessage = (message) => {
    if ((message as { method: string }).method === "m1") throw new Error("not this one");
    messages.push(message);
  };
  await transport.send(PING);
  await until("the second one", () => messages.length === 1);
  assert.deepEqual(troubles, ["not this one"]);
  await transport.close();
});
