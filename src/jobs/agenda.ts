interface Entry {
  readonly name: string;
  readonly due: number;
  /** Of two that are due at once the one that was put there first comes first. */
  readonly order: number;
}

function isSooner(a: Entry | undefined, b: Entry | undefined): boolean {
  if (a === undefined || b === undefined) return a !== undefined;
  return a.due < b.due || (a.due === b.due && a.order < b.order);
}

/** What is due when: a binary heap in which each name stands once. Times are wall times in milliseconds. */
export class Agenda {
  readonly #heap: Entry[] = [];
  /** The entry that counts; an older one of the same name is dropped when it comes to the top. */
  readonly #due = new Map<string, number>();
  #entries = 0;

  /** Puts `name` at `due`, wherever it stood before; undefined takes it out. */
  set(name: string, due: number | undefined): void {
    if (this.#due.get(name) === due) return;
    if (due === undefined) {
      this.#due.delete(name);
      return;
    }
    this.#due.set(name, due);
    this.#heap.push({ name, due, order: this.#entries++ });
    this.#rise(this.#heap.length - 1);
  }

  dueOf(name: string): number | undefined {
    return this.#due.get(name);
  }

  /** When the first is due; undefined when there is none. */
  get first(): number | undefined {
    return this.#top()?.due;
  }

  /** Takes out everything that is due by `now`, soonest first. */
  take(now: number): string[] {
    const names: string[] = [];
    for (let top = this.#top(); top !== undefined && top.due <= now; top = this.#top()) {
      this.#due.delete(top.name);
      this.#pop();
      names.push(top.name);
    }
    return names;
  }

  #top() {
    for (let top = this.#heap[0]; top !== undefined; top = this.#heap[0]) {
      if (this.#due.get(top.name) === top.due) return top;
      this.#pop();
    }
    return undefined;
  }

  #pop(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#sink(0);
  }

  #rise(index: number): void {
    for (let child = index; child > 0;) {
      const parent = (child - 1) >> 1;
      if (!this.#swapIfSooner(child, parent)) return;
      child = parent;
    }
  }

  #sink(index: number): void {
    for (let parent = index;;) {
      const [left, right] = [2 * parent + 1, 2 * parent + 2];
      const child = isSooner(this.#heap[right], this.#heap[left]) ? right : left;
      if (!this.#swapIfSooner(child, parent)) return;
      parent = child;
    }
  }

  #swapIfSooner(child: number, parent: number): boolean {
    const [a, b] = [this.#heap[child], this.#heap[parent]];
    if (a === undefined || b === undefined || !isSooner(a, b)) return false;
    this.#heap[child] = b;
    this.#heap[parent] = a;
    return true;
  }
}
