import type { MiddlewareHandler } from "hono";

/**
 * What browsers are told with every answer of an app that does not say it itself. Each is safe for any answer: `nosniff`
 * has its type mean what it says, the others only repeat to browsers what the guards refuse in any case, use by pages of
 * other sites. Whether an answer may be kept, and what its page may load, only the app knows.
 */
export const APP_HEADERS: Readonly<Record<string, string>> = {
  "x-content-type-options": "nosniff",
  "x-frame-options": "SAMEORIGIN",
  "cross-origin-resource-policy": "same-origin",
};

/** Adds {@link APP_HEADERS} to the answers of the endpoints behind it. */
export const appHeaders: MiddlewareHandler = async (context, next) => {
  await next();
  for (const [name, value] of Object.entries(APP_HEADERS)) {
    if (!context.res.headers.has(name)) context.header(name, value); // Not by `res.headers`: those of a fetch are fixed.
  }
};
