import { ownerOfUri } from "./names.ts";

/** Who wants to hear of changes of which resource. A server is asked once for all of its listeners. URIs are the roof's. */
export class Subscriptions {
  readonly #sessions = new Map<string, Set<string>>();

  /** @returns whether it is the first one for this resource */
  add(uri: string, session: string): boolean {
    const sessions = this.#sessions.get(uri);
    sessions?.add(session);
    if (sessions === undefined) this.#sessions.set(uri, new Set([session]));
    return sessions === undefined;
  }

  /** @returns whether it was the last one for this resource */
  remove(uri: string, session: string): boolean {
    const sessions = this.#sessions.get(uri);
    if (sessions === undefined || !sessions.delete(session) || sessions.size > 0) return false;
    return this.#sessions.delete(uri);
  }

  /** Forgets a session. @returns the resources that nobody listens to any more */
  end(session: string): string[] {
    return [...this.#sessions.keys()].filter((uri) => this.remove(uri, session));
  }

  has(uri: string, session: string): boolean {
    return this.#sessions.get(uri)?.has(session) ?? false;
  }

  /** The resources of one server that somebody listens to. */
  of(server: string): string[] {
    return [...this.#sessions.keys()].filter((uri) => ownerOfUri(uri)?.server === server);
  }
}
