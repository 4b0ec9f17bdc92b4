/** What the tests of cco share: an instance with a flat configuration, and an upstream. */
import fs from "node:fs";
import { join } from "node:path";
import { Instance } from "../support/instance.ts";

/** cco in a home of its own, with `text` behind its port. */
export function cco(text = ""): Instance {
  const instance = new Instance("", "cco");
  configure(instance, text);
  return instance;
}

/** Writes a flat configuration: the instance's port, and `text`. */
export function configure(instance: Instance, text: string): void {
  fs.writeFileSync(join(instance.home, "config.toml"), `port = ${instance.port}\n${text}\n`);
}

/** Its words must succeed. @returns what it printed */
export async function ok(instance: Instance, ...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await instance.run(words);
  if (code !== 0) throw new Error(`cco ${words.join(" ")} ended with ${code}: ${stderr}${stdout}`);
  return stdout;
}

/** Its words must succeed and answer JSON. */
// deno-lint-ignore no-explicit-any -- the shape under test
export async function json(instance: Instance, ...words: string[]): Promise<any> {
  return JSON.parse(await ok(instance, ...words, "--json"));
}

/** A server that the proxy stands in front of. */
export interface Upstream extends AsyncDisposable {
  readonly address: string;
  /** `GET /path`, in order of arrival; the looks of the check `upstream` are left out. */
  readonly requests: readonly string[];
  /** How often the check `upstream` has looked. */
  looks(): number;
}

export function upstream(answer: (request: Request) => Response | Promise<Response>): Upstream {
  const requests: string[] = [];
  let looks = 0;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const { pathname, search } = new URL(request.url);
    if (request.method === "HEAD" && !request.headers.has("via")) {
      looks++;
      return new Response();
    }
    requests.push(`${request.method} ${pathname}${search}`);
    return answer(request);
  });
  return {
    address: `http://127.0.0.1:${server.addr.port}`,
    requests,
    looks: () => looks,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** A request to the proxy of an instance. */
export function viaProxy(instance: Instance, path: string, init?: RequestInit): Promise<Response> {
  return fetch(`http://127.0.0.1:${instance.port}/proxy${path}`, init);
}
