import assert from "node:assert/strict";
import { AppdError } from "../../src/mod.ts";
import { readSource, type ReadSourceOptions } from "./read_source.ts";
import type { Source } from "./source.ts";

const OPTIONS: ReadSourceOptions = { maxSize: 1000, signal: new AbortController().signal };

async function problem(source: Source, options: Partial<ReadSourceOptions> = {}): Promise<string> {
  const failed = await readSource(source, { ...OPTIONS, ...options }).then(() => "none", (error: unknown) => error);
  return failed instanceof AppdError ? failed.message : String(failed);
}

/** Answers every request with what `answer` gives, and hands the address of a secret calendar to `use`. */
async function withServer(answer: (request: Request) => Response, use: (url: string) => Promise<void>): Promise<void> {
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, answer);
  await use(`http://127.0.0.1:${server.addr.port}/secret-4711.ics`);
}

Deno.test("a file is read, up to the size that is allowed", async () => {
  const path = await Deno.makeTempFile({ suffix: ".ics" });
  try {
    await Deno.writeTextFile(path, "x".repeat(1000));
    const content = await readSource({ kind: "file", path }, OPTIONS);
    assert.equal(content.changed && content.bytes.length, 1000);
    await Deno.writeTextFile(path, "x".repeat(1001));
    assert.match(await problem({ kind: "file", path }), /larger than calendar\.max_size, 1000 bytes$/);
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("what is no file is told, and nothing waits for it", async () => {
  assert.equal(
    await problem({ kind: "file", path: "/nonexistent/a.ics" }),
    'cannot read "/nonexistent/a.ics": there is no such file',
  );
  assert.equal(await problem({ kind: "file", path: "/dev/zero" }), 'cannot read "/dev/zero": it is no file');
  assert.equal(await problem({ kind: "file", path: "/tmp" }), 'cannot read "/tmp": it is no file');
});

Deno.test("a server that says that nothing has changed sends nothing", async () => {
  const asked: (string | null)[] = [];
  const answer = ({ headers }: Request) => {
    asked.push(headers.get("if-none-match"), headers.get("if-modified-since"));
    const etag = { etag: '"one"', "last-modified": "Sat, 21 Nov 2026 09:00:00 GMT" };
    return headers.has("if-none-match")
      ? new Response(null, { status: 304 })
      : new Response("BEGIN", { headers: etag });
  };
  await withServer(answer, async (url) => {
    const first = await readSource({ kind: "url", url }, OPTIONS);
    assert.ok(first.changed);
    assert.deepEqual(await readSource({ kind: "url", url }, { ...OPTIONS, known: first.validators }), {
      changed: false,
    });
  });
  assert.deepEqual(asked, [null, null, '"one"', "Sat, 21 Nov 2026 09:00:00 GMT"]);
});

Deno.test("a server's refusal is told without the secret part of the address", async () => {
  await withServer(() => new Response("no", { status: 404 }), async (url) => {
    assert.match(
      await problem({ kind: "url", url }),
      /^cannot read "127\.0\.0\.1:\d+": the server answers 404 Not Found$/,
    );
  });
  const gone = await problem({ kind: "url", url: "http://127.0.0.1:1/secret-4711.ics" });
  assert.match(gone, /^cannot read "127\.0\.0\.1:1": .*refused/);
  assert.doesNotMatch(gone, /4711/);
});

Deno.test("a server that never stops sending is stopped", async () => {
  const endless = () => new Response(new ReadableStream({ pull: (stream) => stream.enqueue(new Uint8Array(512)) }));
  await withServer(endless, async (url) => {
    assert.match(await problem({ kind: "url", url }), /larger than calendar\.max_size/);
  });
});
