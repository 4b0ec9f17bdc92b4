/** vpo's work: files dropped into the inbox, each of which has to end whole in the one place where it belongs. */
import fs from "node:fs";
import { join } from "node:path";
import { until } from "../instance.ts";
import { byScript, video, Vpo } from "../vpo_library.ts";
import { COMMON_FILES, type Given, LOG, pause, type Work } from "./work.ts";

const SETTLED_MS = 60_000;

interface Dropped {
  readonly content: string;
  readonly place: "outbox" | "quarantine";
}

export class FileWork implements Work {
  readonly name = "vpo";
  readonly app: Vpo;
  readonly database = "library.db";
  readonly files = new RegExp(`${COMMON_FILES.source}|^(inbox|outbox|quarantine)$|^library\\.db(-wal|-shm)?$`);
  readonly #given: Given;
  readonly #dropped = new Map<string, Dropped>();

  constructor(given: Given) {
    this.#given = given;
    this.app = new Vpo({ root: given.root });
    this.configure(0);
  }

  configure(turn: number): void {
    const command = byScript('sleep 0.05; cp "$1" "$2"');
    this.app.configure({ library: `concurrency = ${2 + turn % 2}\n${command}`, more: LOG });
  }

  async go(signal: AbortSignal): Promise<void> {
    const { chance } = this.#given;
    while (!signal.aborted) {
      for (let count = chance.once(8) ? 6 : 1; count > 0; count--) this.#drop();
      await pause(chance.next(600), signal);
    }
  }

  async settle(): Promise<void> {
    await until("every file is done with", async () => {
      const { done = 0, quarantined = 0 } = (await this.app.queue()).counts;
      return done + quarantined === this.#dropped.size && this.#open().length === 0;
    }, SETTLED_MS).catch(() => {}); // The audit says which of them is not.
  }

  losses(): Promise<readonly string[]> {
    const wanted = [...this.#dropped].flatMap(([name, { place }]) =>
      place === "outbox" ? [`outbox/${name}`] : [`quarantine/${name}`, `quarantine/${name}.reason.txt`]
    );
    const places = this.app.places();
    const expected = new Set(wanted);
    const there = new Set(places);
    return Promise.resolve([
      ...wanted.filter((path) => !there.has(path)).map((path) => `${path} is not there`),
      ...places.filter((path) => !expected.has(path)).map((path) => `${path} should not be there`),
      ...[...this.#dropped].filter(([name, { content, place }]) =>
        there.has(`${place}/${name}`) && this.app.read(`${place}/${name}`) !== content
      ).map(([name]) => `${name} is not what it was`),
      ...["outbox", "quarantine"].flatMap((place) => fs.readdirSync(join(this.app.home, place, ".vpo")))
        .map((name) => `${name} is half done`),
      ...this.#open().map((run) => `no outcome: ${JSON.stringify(run)}`),
      ...this.#outcomes(),
    ]);
  }

  figures(): Record<string, number> {
    const refused = [...this.#dropped.values()].filter(({ place }) => place === "quarantine").length;
    return { files: this.#dropped.size, refused };
  }

  #drop(): void {
    const { chance } = this.#given;
    const number = this.#dropped.size + 1;
    const name = `${number % 7}/${number}.flv`;
    const content = `${name} `.repeat(1 + chance.next(20_000));
    const isVideo = !chance.once(4);
    this.#dropped.set(name, {
      content: isVideo ? video(content) : content,
      place: isVideo ? "outbox" : "quarantine",
    });
    this.app.drop(name, isVideo ? video(content) : content);
  }

  #open(): Record<string, unknown>[] {
    return this.app.rows("SELECT id, state FROM runs WHERE state IN ('queued', 'running', 'retrying')");
  }

  /** Each file is one row, has come to its end, and no more than one run has brought it there. */
  #outcomes(): string[] {
    const rows = this.app.rows("SELECT path, count(*) AS files, group_concat(state) AS state FROM files GROUP BY path");
    const found = new Map(rows.map((row) => [String(row.path), row]));
    const good = this.app.rows("SELECT slot FROM runs WHERE job = 'process' AND state = 'ok'");
    const runs = Map.groupBy(good, ({ slot }) => /^app:([^:]+):/.exec(String(slot))?.[1] ?? "");
    return [...this.#dropped].flatMap(([name, { place }]) => {
      const row = found.get(name);
      const isRight = row?.files === 1 && row.state === (place === "outbox" ? "done" : "quarantined");
      const count = runs.get(name)?.length ?? 0; // None when it was killed between the file's end and its own.
      return isRight && count <= 1
        ? []
        : [`${name} should be in the ${place} once: ${JSON.stringify(row)}, ${count} runs`];
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.app[Symbol.asyncDispose]();
  }
}
