import type { jsonSchemaValidator } from "./sdk.ts";

/** Takes everything for valid: the gateway hands on what others wrote, and both ends judge it themselves. */
export const AS_IT_IS: jsonSchemaValidator = {
  getValidator: () => (input) => ({ valid: true, data: input as never, errorMessage: undefined }),
};
