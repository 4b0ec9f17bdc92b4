import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fs from "node:fs";
import { join } from "node:path";
import type { Statement } from "../../src/mod.ts";
import { until } from "../../src/testing/mod.ts";
import { FileBook, type FileRecord, type Turn } from "./file_book.ts";
import { entryOf } from "./inbox.ts";
import { processFile } from "./process_file.ts";
import type { Library } from "./settings.ts";
import { workshopPrefix } from "./target.ts";
import { Folders, MemoryLog, memoryStore, video } from "./testing.ts";

const COPY = ["/bin/sh", "-c", 'cp "$1" "$2"', "sh", "{input}", "{output}"];

class Scene implements Disposable {
  readonly folders = new Folders();
  readonly store = memoryStore();
  readonly log = new MemoryLog();
  readonly book = new FileBook(this.store, () => 0);
  readonly abort = new AbortController();
  #runs = 0;

  async found(path: string, content = video(path)): Promise<FileRecord> {
    this.folders.write(`inbox/${path}`, content);
    return await this.book.found(await entryOf(this.folders.inbox, path) ?? assert.fail()) ?? assert.fail();
  }

  /** One run; a store of its own can fail where the test wants it. */
  async process(file: Turn, more: { library?: Partial<Library>; store?: Scene["store"] } = {}) {
    const { inbox, outbox, quarantine } = this.folders;
    const containers = ["matroska", "mp4", "flv"];
    const library = { inbox, outbox, quarantine, containers, timeout: 0, ...more.library } as Library;
    await processFile(file, {
      ...{ library, log: this.log, signal: this.abort.signal, store: more.store ?? this.store },
      ...{ clock: { now: () => 0, monotonic: () => 0 }, run: { id: ++this.#runs, attempt: 1 } },
    });
  }

  /** A run has decided that it goes into the outbox, and did not come further. */
  async decided(file: FileRecord): Promise<void> {
    const held = { ...file, runId: 1 };
    await this.book.begin(held);
    await this.book.decide(held, { place: "outbox", target: "a.flv", sha256: "", container: "flv" });
  }

  async state(path: string): Promise<string | undefined> {
    return (await this.book.find(path))?.state;
  }

  /** Everything in the workshops. */
  leftovers(): string[] {
    return ["outbox", "quarantine"].flatMap((place) => {
      const workshop = join(this.folders.root, place, ".vpo");
      return fs.existsSync(workshop) ? fs.readdirSync(workshop) : [];
    });
  }

  [Symbol.dispose](): void {
    this.folders[Symbol.dispose]();
    this.store[Symbol.dispose]();
  }
}

Deno.test("a good file is copied into the outbox with its checksum, and leaves the inbox", async () => {
  using scene = new Scene();
  await scene.process(await scene.found("series/a.flv"));
  assert.deepEqual(scene.folders.files(), { "outbox/series/a.flv": video("series/a.flv") });
  const file = await scene.book.find("series/a.flv");
  assert.deepEqual([file?.state, file?.container, file?.sha256], [
    "done",
    "flv",
    createHash("sha256").update(video("series/a.flv")).digest("hex"),
  ]);
  assert.deepEqual(scene.leftovers(), []);
  const steps = await scene.store.read("SELECT name, outcome FROM steps ORDER BY id");
  assert.deepEqual(steps.map(({ name, outcome }) => `${name} ${outcome}`), [
    "inspect ok",
    "transform ok",
    "publish ok",
  ]);
  assert.ok(scene.log.records.every(({ job_id, file_path }) => job_id === 1 && file_path === "series/a.flv"));
});

Deno.test("a command makes the file of the outbox", async () => {
  using scene = new Scene();
  const command = ["/bin/sh", "-c", 'tr a-z A-Z <"$1" >"$2"', "sh", "{input}", "{output}"];
  await scene.process(await scene.found("a.flv"), { library: { command } });
  assert.deepEqual(scene.folders.files(), { "outbox/a.flv": "FLV\x01A.FLV" });
});

Deno.test("a name that is taken in the outbox gets a number; what has it stays", async () => {
  using scene = new Scene();
  scene.folders.write("outbox/a.flv", "first");
  scene.folders.write("outbox/a (2).flv", "second");
  await scene.process(await scene.found("a.flv", video("third")));
  assert.deepEqual(scene.folders.files(), {
    "outbox/a.flv": "first",
    "outbox/a (2).flv": "second",
    "outbox/a (3).flv": video("third"),
  });
});

const REFUSED: readonly (readonly [what: string, content: string, library: Partial<Library>, reason: RegExp])[] = [
  ["no video", "text", {}, /it is no video: it begins as none of matroska, mp4, flv/],
  ["an empty file", "", {}, /it is empty/],
  [
    "a container that the policy leaves out",
    video(""),
    { containers: ["mp4"] },
    /it is flv, and library.containers has/,
  ],
  ["the command says no", video(""), { command: ["sh", "-c", "echo bad >&2; exit 3"] }, /"sh" ended with 3: bad/],
  ["the command crashes", video(""), { command: ["sh", "-c", "kill -SEGV $$"] }, /"sh" crashed with SIGSEGV/],
  ["the command makes nothing", video(""), { command: ["true"] }, /made no file/],
  ["it makes an empty one", video(""), { command: ["touch", "{output}"] }, /made an empty file/],
  ["it takes too long", video(""), { command: ["sleep", "100"], timeout: 20 }, /took longer than 0.02 s/],
];
for (const [what, content, library, reason] of REFUSED) {
  Deno.test(`refused, into the quarantine with the reason: ${what}`, async () => {
    using scene = new Scene();
    await scene.process(await scene.found("b/a.flv", content), { library });
    const { "quarantine/b/a.flv.reason.txt": said = "", ...files } = scene.folders.files();
    assert.deepEqual(files, { "quarantine/b/a.flv": content });
    assert.match(said, reason);
    assert.match((await scene.book.find("b/a.flv"))?.reason ?? "", reason);
    assert.deepEqual([await scene.state("b/a.flv"), scene.leftovers()], ["quarantined", []]);
  });
}

const TROUBLE: readonly (readonly [what: string, library: Partial<Library>, reason: RegExp])[] = [
  ["there is no such command", { command: ["/nowhere/tool", "{input}", "{output}"] }, /cannot run "\/nowhere\/tool"/],
  ["a shell has no such command", { command: ["sh", "-c", "nowhere-tool"] }, /ended with 127/],
  ["somebody killed the command", { command: ["sh", "-c", "kill -KILL $$"] }, /was ended by SIGKILL/],
  ["the outbox cannot be written", { outbox: "/proc/nowhere" }, /nowhere/],
];
for (const [what, library, reason] of TROUBLE) {
  Deno.test(`this host is at fault, and the file stays in the inbox: ${what}`, async () => {
    using scene = new Scene();
    const file = await scene.found("a.flv");
    await assert.rejects(scene.process(file, { library }), reason);
    assert.deepEqual([Object.keys(scene.folders.files()), await scene.state("a.flv")], [["inbox/a.flv"], "failed"]);
    await scene.process(file);
    assert.equal(await scene.state("a.flv"), "done", "the next attempt of the same run goes on");
  });
}

Deno.test("cancelled: the command is ended, with what it started, and the file stays in the inbox", async () => {
  using scene = new Scene();
  const pids = join(scene.folders.root, "pids");
  const script = `sleep 1000 & echo $$ $! >"${pids}.new"; mv "${pids}.new" "${pids}"; wait`;
  const watching = fs.promises.watch(scene.folders.root);
  const file = await scene.found("a.flv");
  const run = scene.process(file, { library: { command: ["sh", "-c", script, "sh", "{input}", "{output}"] } });
  const cancelled = assert.rejects(run, /stop now/);
  for await (const _ of watching) if (fs.existsSync(pids)) break;
  scene.abort.abort(new Error("stop now"));
  await cancelled;
  assert.equal(await scene.state("a.flv"), "interrupted");
  for (const pid of fs.readFileSync(pids, "utf8").trim().split(" ")) await until(`${pid} is dead`, () => !lives(pid));
  fs.rmSync(pids);
  assert.deepEqual([Object.keys(scene.folders.files()), scene.leftovers()], [["inbox/a.flv"], []]);
});

function lives(pid: string): boolean {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2)[0] !== "Z";
  } catch {
    return false; // gone
  }
}

Deno.test("a file that changes while it is worked on is not published", async () => {
  using scene = new Scene();
  const command = ["sh", "-c", 'cp "$1" "$2"; echo more >>"$1"', "sh", "{input}", "{output}"];
  await scene.process(await scene.found("a.flv"), { library: { command } });
  assert.deepEqual([Object.keys(scene.folders.files()), await scene.state("a.flv")], [["inbox/a.flv"], "gone"]);
  assert.deepEqual(scene.leftovers(), []);
});

Deno.test("a file that was taken away is gone", async () => {
  using scene = new Scene();
  const file = await scene.found("a.flv");
  fs.rmSync(join(scene.folders.inbox, "a.flv"));
  await scene.process(file);
  assert.equal(await scene.state("a.flv"), "gone");
});

Deno.test("a run of yesterday leaves a file alone that was taken up anew", async () => {
  using scene = new Scene();
  const file = await scene.found("a.flv");
  await scene.book.apply("requeued", file);
  await scene.process(file);
  assert.deepEqual([Object.keys(scene.folders.files()), await scene.state("a.flv")], [["inbox/a.flv"], "waiting"]);
});

/** The kill: at its n-th write the database and the process are gone; nothing that was to come after happens. */
class KilledError extends Error {}

function killedAt(scene: Scene, count: number): Scene["store"] {
  let writes = 0;
  return {
    ...scene.store,
    write: async (statements: readonly Statement[]) => {
      if (++writes > count) throw new KilledError();
      return await scene.store.write(statements);
    },
  };
}

const CONTENTS: Readonly<Record<string, string>> = { good: video("x"), bad: "no video" };

for (const [kind, content] of Object.entries(CONTENTS)) {
  Deno.test(`killed between any two of its records, a ${kind} file ends in exactly one place`, async () => {
    for (let count = 0; count < 12; count++) {
      using scene = new Scene();
      const file = await scene.found("a.flv", content);
      const library = kind === "good" ? { command: COPY } : {};
      const killed = await scene.process(file, { library, store: killedAt(scene, count) }).catch((error) => error);
      if (killed === undefined) return assert.ok(count > 2, "every record was a place to be killed at");
      await scene.book.apply("requeued", file);
      const anew = await scene.book.find("a.flv") ?? assert.fail();
      await scene.process(anew);
      const files = Object.keys(scene.folders.files()).filter((name) => !name.endsWith(".reason.txt"));
      assert.deepEqual(files, [kind === "good" ? "outbox/a.flv" : "quarantine/a.flv"], `killed after ${count} records`);
      assert.deepEqual(scene.leftovers(), []);
    }
    assert.fail("it never came to its end");
  });
}

/** The database is lost before its n-th write, and a new one has taken its place; it knows what the watcher had found. */
function lostAt(scene: Scene, count: number, found: readonly FileRecord[]): Scene["store"] {
  let writes = 0;
  return {
    ...scene.store,
    write: async (statements: readonly Statement[]) => {
      if (writes++ === count) {
        await scene.store.write([{ sql: "DELETE FROM files" }]);
        for (const file of found) await scene.book.found(file);
      }
      return await scene.store.write(statements);
    },
  };
}

for (const [kind, content] of Object.entries(CONTENTS)) {
  for (const [what, again] of [["finds it again", true], ["does not find it again", false]] as const) {
    Deno.test(`the database is lost between two records of a ${kind} file, and the watcher ${what}`, async () => {
      for (let count = 0; count < (kind === "good" ? 5 : 3); count++) {
        using scene = new Scene();
        const other = await scene.found("b.flv", "of another");
        const file = await scene.found("a.flv", content);
        const store = lostAt(scene, count, again ? [file, other] : []);
        await scene.process(file, { library: kind === "good" ? { command: COPY } : {}, store });
        const place = kind === "good" ? "outbox" : "quarantine";
        assert.deepEqual(
          Object.keys(scene.folders.files()).filter((name) => !name.endsWith(".reason.txt")),
          ["inbox/b.flv", `${place}/a.flv`],
        );
        const state = kind === "good" ? "done" : "quarantined";
        const records = (await scene.book.list({ limit: 9 })).map(({ path, state }) => `${path} ${state}`);
        assert.deepEqual(records, again ? [`a.flv ${state}`, "b.flv waiting"] : [`a.flv ${state}`], `at ${count}`);
        assert.deepEqual(scene.leftovers(), []);
      }
    });
  }
}

/** The states on the disk between two steps of a move, as a kill leaves them. */
const CUTS: Readonly<Record<string, (path: (name: string) => string, made: string) => void>> = {
  "nothing but the decision": () => {},
  "the name in the outbox": (path, made) => fs.linkSync(made, path("outbox/a.flv")),
  "the inbox left": (path, made) => {
    fs.linkSync(made, path("outbox/a.flv"));
    fs.rmSync(path("inbox/a.flv"));
  },
  "the workshop cleared": (path, made) => {
    fs.renameSync(made, path("outbox/a.flv"));
    fs.rmSync(path("inbox/a.flv"));
  },
};
for (const [what, cut] of Object.entries(CUTS)) {
  Deno.test(`killed in the middle of a move: ${what}`, async () => {
    using scene = new Scene();
    const file = await scene.found("a.flv");
    const made = scene.folders.write(`outbox/.vpo/${workshopPrefix(file)}1-1.flv`, video("a.flv"));
    await scene.decided(file);
    cut((name) => join(scene.folders.root, name), made);
    await scene.book.apply("requeued", file);
    await scene.process(await scene.book.find("a.flv") ?? assert.fail());
    assert.deepEqual(scene.folders.files(), { "outbox/a.flv": video("a.flv") });
    assert.deepEqual([await scene.state("a.flv"), scene.leftovers()], ["done", []]);
  });
}

Deno.test("a name that somebody else took between decision and move is not taken for ours", async () => {
  using scene = new Scene();
  const file = await scene.found("a.flv");
  await scene.decided(file);
  scene.folders.write("outbox/a.flv", "somebody else's");
  await scene.process(await scene.book.find("a.flv") ?? assert.fail());
  assert.deepEqual(scene.folders.files(), { "outbox/a.flv": "somebody else's", "outbox/a (2).flv": video("a.flv") });
});
