import type { Product } from "../base/product.ts";
import { allInWordsOf } from "../base/words.ts";
import type { Route, RouteParameter } from "./route.ts";

/** What is described beside the routes. */
export interface OpenApiOptions {
  readonly product: Product;
  /** Paths of the app, as OpenAPI has them. */
  readonly own?: Readonly<Record<string, unknown>> | undefined;
}

/** An OpenAPI 3.1 description of the routes. */
export function openApi(
  routes: readonly Route[],
  { product, own = {} }: OpenApiOptions,
): Readonly<Record<string, unknown>> {
  const words = allInWordsOf(product);
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, "{$1}");
    paths[path] = {
      ...paths[path],
      [route.method.toLowerCase()]: operation({ ...route, summary: words(route.summary) }),
    };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: product.name,
      version: product.version,
      description: "GET works everywhere; POST over the control socket, or over TCP with the bearer token.",
    },
    paths: { ...paths, ...own },
    components: {
      securitySchemes: { token: { type: "http", scheme: "bearer" } },
      schemas: { Problem: PROBLEM },
    },
  };
}

const PROBLEM = {
  type: "object",
  required: ["error"],
  properties: {
    error: {
      type: "object",
      required: ["message", "hint"],
      properties: {
        message: { type: "string" },
        hint: { type: ["string", "null"] },
        exit: { type: ["string", "null"], description: "row of the exit code table" },
      },
    },
  },
};

function operation({ method, summary, parameters = [], responses }: Route): Readonly<Record<string, unknown>> {
  const body = parameters.filter((parameter) => parameter.in === "body");
  const others = parameters.filter((parameter) => parameter.in !== "body");
  return {
    summary,
    ...(method === "POST" ? { security: [{ token: [] }] } : {}),
    ...(others.length > 0 ? { parameters: others } : {}),
    ...(body.length > 0 ? { requestBody: requestBody(body) } : {}),
    responses: {
      ...Object.fromEntries(Object.entries(responses).map(([code, description]) => [code, { description }])),
      default: {
        description: "refused or failed",
        content: { "application/json": { schema: { $ref: "#/components/schemas/Problem" } } },
      },
    },
  };
}

function requestBody(members: readonly RouteParameter[]): Readonly<Record<string, unknown>> {
  const properties = members.map(({ name, description, schema }) => [name, { description, ...schema }]);
  const required = members.filter((member) => member.required).map(({ name }) => name);
  const schema = {
    type: "object",
    properties: Object.fromEntries(properties),
    ...(required.length > 0 ? { required } : {}),
  };
  return { content: { "application/json": { schema } }, required: required.length > 0 };
}
