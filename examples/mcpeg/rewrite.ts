/** Puts names and URIs in what a server says under the gateway's roof. Everything else passes as it is. */
import { roofName, roofUri } from "./names.ts";

/** A JSON object of which only some members matter here. */
export type Json = Readonly<Record<string, unknown>>;

/** A tool or a prompt of a list. */
export function namedUnderRoof(server: string, item: Json): Json {
  return { ...item, name: roofName({ server, own: String(item.name) }) };
}

/** A resource, a link to one, or the content of one. */
export function resourceUnderRoof(server: string, item: Json): Json {
  return typeof item.uri === "string" ? { ...item, uri: roofUri({ server, own: item.uri }) } : item;
}

/** A template of resources. */
export function templateUnderRoof(server: string, item: Json): Json {
  return { ...item, uriTemplate: roofUri({ server, own: String(item.uriTemplate) }) };
}

/** The result of a call: what it says of resources can be read through the gateway. */
export function resultUnderRoof(server: string, result: Json): Json {
  return {
    ...result,
    ...each(result, "content", (block) => blockUnderRoof(server, block)),
    ...each(result, "contents", (content) => resourceUnderRoof(server, content)),
    ...each(result, "messages", (message) => messageUnderRoof(server, message)),
  };
}

function blockUnderRoof(server: string, block: Json): Json {
  if (block.type === "resource_link") return resourceUnderRoof(server, block);
  if (block.type !== "resource" || !isJson(block.resource)) return block;
  return { ...block, resource: resourceUnderRoof(server, block.resource) };
}

function messageUnderRoof(server: string, message: Json): Json {
  return isJson(message.content) ? { ...message, content: blockUnderRoof(server, message.content) } : message;
}

function each(result: Json, key: string, rewrite: (item: Json) => Json): Json {
  const items = result[key];
  if (!Array.isArray(items)) return {};
  return { [key]: items.map((item: unknown) => isJson(item) ? rewrite(item) : item) };
}

/** Whether a value is a JSON object. */
export function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
