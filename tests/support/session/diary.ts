/** What was done to one app, and when: after a loss it tells what may have caused it. */
export class Diary {
  readonly #kills: number[] = [];
  readonly #lines: string[] = [];

  /** Something is done to the app now. */
  note(what: string): void {
    this.#lines.push(`${new Date().toISOString()} ${what}`);
  }

  /** Its daemon is killed now. */
  killed(pid: number): void {
    this.#kills.push(Date.now());
    this.note(`kill -9 ${pid}`);
  }

  /** Whether there was a kill between two times, milliseconds since the epoch. */
  hasKill(from: number, to: number): boolean {
    return this.#kills.some((kill) => kill >= from && kill <= to);
  }

  /** Everything, oldest first. */
  lines(): readonly string[] {
    return this.#lines;
  }
}
