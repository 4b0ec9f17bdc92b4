/** calendarbot's work: a calendar that is edited again and again, and a reader who must never see half of a version. */
import fs from "node:fs";
import { join } from "node:path";
import { event, ics } from "../calendar.ts";
import { Instance, until } from "../instance.ts";
import { COMMON_FILES, type Given, LOG, pause, type Work } from "./work.ts";

/** A version that rests is served within this time, also when the daemon is killed meanwhile, again and again. */
const SERVED_MS = 60_000;
const LOOK_MS = 60;

export class CalendarWork implements Work {
  readonly name = "calendarbot";
  readonly app: Instance;
  readonly database = "calendarbot.db";
  readonly files = new RegExp(`${COMMON_FILES.source}|^calendar\\.ics$|^calendarbot\\.db(-wal|-shm)?$`);
  readonly #given: Given;
  readonly #losses: string[] = [];
  #version = 0;
  /** The last one that the reader saw. */
  #served = 0;
  #rested = 0;
  #looks = 0;

  constructor(given: Given) {
    this.#given = given;
    this.app = new Instance("", this.name, { root: given.root });
    this.configure(0);
    fs.writeFileSync(this.#file, versionOf(++this.#version));
  }

  configure(turn: number): void {
    this.app.write(`${LOG}\n[calendar]\ntimezone = "UTC"\ndays = ${7 + turn % 2}\n`);
  }

  async go(signal: AbortSignal): Promise<void> {
    const reader = this.#read(signal);
    while (!signal.aborted) {
      await this.#edit(signal);
      if (this.#given.chance.once(3)) await pause(this.#given.chance.next(600), signal);
      else await this.#rest();
    }
    await this.#edit(signal);
    await reader;
  }

  async settle(): Promise<void> {
    await this.#rest();
  }

  losses(): Promise<readonly string[]> {
    return Promise.resolve(this.#losses);
  }

  figures(): Record<string, number> {
    return { versions: this.#version, rested: this.#rested, looks: this.#looks };
  }

  get #file(): string {
    return join(this.app.home, "calendar.ics");
  }

  /** As one editor does it, or as another: a new file in the place of the old one, or the same one in several steps. */
  async #edit(signal: AbortSignal): Promise<void> {
    const { chance } = this.#given;
    const text = versionOf(this.#version + 1);
    if (chance.once(2)) {
      fs.writeFileSync(`${this.#file}~`, text);
      fs.renameSync(`${this.#file}~`, this.#file);
    } else {
      const cuts = Array.from({ length: chance.next(4) }, () => chance.next(text.length)).sort((a, b) => a - b);
      fs.writeFileSync(this.#file, "");
      for (const [index, from] of [0, ...cuts].entries()) {
        fs.appendFileSync(this.#file, text.slice(from, cuts[index] ?? text.length));
        await pause(chance.next(900), signal);
      }
    }
    this.#version++;
  }

  /** The file stays as it is until it is served. */
  async #rest(): Promise<void> {
    const version = this.#version;
    try {
      await until(`version ${version}`, async () => (await this.#look(), this.#served === version), SERVED_MS);
      this.#rested++;
    } catch (error) {
      this.#losses.push(`version ${version} was at rest, ${this.#served} is served: ${(error as Error).cause}`);
    }
  }

  async #read(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#look().catch(() => {}); // It is down.
      await pause(LOOK_MS, signal);
    }
  }

  /** @throws TypeError when nobody answers */
  async #look(): Promise<void> {
    const atMost = this.#version + 1; // The next may be in the file already.
    const atLeast = this.#served; // Of two looks at once the first may be answered last.
    const { status, body } = await this.app.get("/api/calendar/events");
    this.#looks++;
    if (status !== 200) {
      const comesOrGoes = /the daemon is (starting|stopping)|the database is not open/.test(body);
      if (this.#served > 0 && !comesOrGoes) {
        this.#losses.push(`after version ${this.#served} it answered ${status}: ${body}`);
      }
      return;
    }
    const titles: string[] = JSON.parse(body).events.map(({ title }: { title: string }) => title);
    const version = Number(titles[0]?.split(" ")[1]);
    const isWhole = titles.toSorted().join() === titlesOf(version).toSorted().join();
    if (!isWhole || version > atMost) this.#losses.push(`half a version was served: ${titles.join()}`);
    if (version < atLeast) this.#losses.push(`version ${version} was served after ${atLeast}`);
    this.#served = Math.max(this.#served, version);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.app[Symbol.asyncDispose]();
  }
}

/** Versions differ in length and in every event. */
function titlesOf(version: number): string[] {
  const count = 3 + version * 7 % 40;
  return Array.from({ length: count }, (_, index) => `version ${version} event ${index + 1} of ${count}`);
}

function versionOf(version: number): string {
  return ics(...titlesOf(version).map((title) => event(title)));
}
