import assert from "node:assert/strict";
import { systemPost, UnsentError } from "./post.ts";

/** Takes one connection, answers it with these bytes, and gives what it got. */
async function once(listener: Deno.Listener, answer: string): Promise<string> {
  using conn = await listener.accept();
  const decoder = new TextDecoder();
  const chunk = new Uint8Array(4096);
  let text = "";
  while (!text.endsWith("{}")) {
    const length = await conn.read(chunk);
    if (length === null) break;
    text += decoder.decode(chunk.subarray(0, length));
  }
  await conn.write(new TextEncoder().encode(answer));
  return text;
}

const options = (signal: AbortSignal = new AbortController().signal) => ({
  body: "{}",
  headers: { "content-type": "application/json" },
  signal,
});

const WAYS = [["", "/a/b?x=1", "/a/b?x=1"], ["", "", "/"], ["me:a%2Fb@", "/?q", "/?q"]] as const;

for (const [user, path, target] of WAYS) {
  Deno.test(`a server of this host is asked for ${target}, without its address, past a proxy`, async () => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const host = `127.0.0.1:${listener.addr.port}`;
    Deno.env.set("HTTP_PROXY", "http://127.0.0.1:9");
    try {
      const got = once(listener, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n");
      assert.equal(await systemPost(`http://${user}${host}${path}`, options()), 204);
      const login = user === "" ? [] : [`authorization: Basic ${btoa("me:a/b")}`];
      assert.deepEqual((await got).split("\r\n"), [
        `POST ${target} HTTP/1.1`,
        `host: ${host}`,
        "content-type: application/json",
        ...login,
        "content-length: 2",
        "connection: close",
        "",
        "{}",
      ]);
    } finally {
      Deno.env.delete("HTTP_PROXY");
    }
  });
}

Deno.test("without a connection nothing was sent; a connection that breaks may have carried it", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const url = `http://127.0.0.1:${listener.addr.port}/`;
  const got = once(listener, "");
  await assert.rejects(systemPost(url, options()), (error) => !(error instanceof UnsentError));
  await got;
  listener.close();
  await assert.rejects(systemPost(url, options()), UnsentError);
});

Deno.test("who gives up waits no longer, and closes the connection", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const giveUp = new AbortController();
  const posted = systemPost(`http://localhost:${listener.addr.port}/`, options(giveUp.signal));
  using conn = await listener.accept();
  giveUp.abort();
  await assert.rejects(posted);
  const chunk = new Uint8Array(4096);
  while (await conn.read(chunk) !== null);
});
