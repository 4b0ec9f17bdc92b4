import { type Owned, ownerOfName, ownerOfUri } from "./names.ts";
import { isJson, type Json } from "./rewrite.ts";
import { RPC, RpcError } from "./rpc_error.ts";

/** A request of a client, as its server is to get it. */
export interface Addressed {
  readonly server: string;
  readonly method: string;
  readonly params: Json;
  /** What it is about, as the client named it. */
  readonly target: string;
}

interface Found extends Owned {
  readonly params: Json;
  readonly target: string;
}

/** Where each method says what it is about. */
const ADDRESSING: Readonly<Record<string, (params: Json) => Found>> = {
  "tools/call": (params) => byName(params, "tool"),
  "prompts/get": (params) => byName(params, "prompt"),
  "resources/read": byUri,
  "resources/subscribe": byUri,
  "resources/unsubscribe": byUri,
  "completion/complete": byReference,
};

/**
 * Finds whose a request is, and words it as that server knows it.
 *
 * @throws RpcError (noSuchMethod, badParams, noSuchResource)
 */
export function addressedIn({ method, params }: { readonly method: string; readonly params: Json }): Addressed {
  const find = Object.hasOwn(ADDRESSING, method) ? ADDRESSING[method] : undefined;
  if (find === undefined) throw new RpcError(RPC.noSuchMethod, `Method not found: ${method}`);
  const { server, params: own, target } = find(params);
  return { server, method, target, params: withoutProgressToken(own) };
}

function byName(params: Json, what: string): Found {
  const target = String(params.name);
  const owned = ownerOfName(target);
  if (owned === undefined) throw new RpcError(RPC.badParams, `Unknown ${what}: ${target}`);
  return { ...owned, target, params: { ...params, name: owned.own } };
}

function byUri(params: Json): Found {
  const target = String(params.uri);
  const owned = ownerOfUri(target);
  if (owned === undefined) throw new RpcError(RPC.noSuchResource, `Resource not found: ${target}`, { uri: target });
  return { ...owned, target, params: { ...params, uri: owned.own } };
}

function byReference(params: Json): Found {
  const reference = isJson(params.ref) ? params.ref : {};
  const found = reference.type === "ref/prompt" ? byName(reference, "prompt") : byUri(reference);
  return { ...found, params: { ...params, ref: found.params } };
}

/** The token is the client's; the connection to the server has tokens of its own. */
function withoutProgressToken(params: Json): Json {
  if (!isJson(params._meta)) return params;
  const { progressToken: _, ...meta } = params._meta;
  return { ...params, _meta: meta };
}
