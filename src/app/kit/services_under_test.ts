import assert from "node:assert/strict";
import { AppdError } from "../../base/errors.ts";
import { APPD } from "../../base/product.ts";
import type { Service } from "./service.ts";
import { servicesUnder } from "./services_under.ts";

interface Plan {
  readonly names: readonly string[];
}

const service = (name: string): Service<Plan> => ({ name, run() {} });

function under(names: readonly string[], written: readonly string[] = []): string[] {
  const servicesFrom = (plan: Plan) => plan.names.map(service);
  const all = servicesUnder({ product: APPD, services: written.map(service), servicesFrom }, { names });
  return all.map(({ name }) => name);
}

Deno.test("the services that are written down, and those that the configuration says", () => {
  assert.deepEqual(under(["b", "c"], ["a"]), ["a", "b", "c"]);
  assert.deepEqual(under(["_c"], ["_a"]), ["_a", "_c"], "both have the names that defineApp takes");
  assert.deepEqual(under([]), []);
  const written = [service("a")];
  assert.equal(servicesUnder({ product: APPD, services: written }, { names: ["b"] }), written);
});

Deno.test("names that are unfit or not their own are wrong with the configuration", () => {
  const refused = (pattern: RegExp) => (error: unknown) => {
    assert.ok(error instanceof AppdError);
    assert.equal(error.exit, "config");
    return pattern.test(error.message);
  };
  assert.throws(() => under(["a b"]), refused(/cannot run the service "a b": its name is unfit/));
  assert.throws(() => under(["a", "a"]), refused(/"a": two services have this name/));
  assert.throws(() => under(["a"], ["a"]), refused(/"a": two services have this name/));
  const servicesFrom = () => {
    throw new TypeError("x is not a function");
  };
  const all = () => servicesUnder({ product: APPD, services: [], servicesFrom }, {});
  assert.throws(all, refused(/cannot make the services of "appd": what makes them threw: x is not a function/));
});
