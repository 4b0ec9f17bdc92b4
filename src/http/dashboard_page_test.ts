import assert from "node:assert/strict";
import type { StatusReport } from "../base/status_report.ts";
import { PAGE_SCRIPT, pageHtml } from "./dashboard_page.ts";

/** What the script touches of an element. */
interface Place {
  textContent: string;
  hidden: boolean | undefined;
}

/** The places of the page by their id, and what writes a status into them. */
function page(): { at(id: string): Place; render(status: Partial<StatusReport>): void } {
  const places = new Map<string, Place>();
  const rest = {
    className: "",
    append() {},
    replaceWith() {},
    querySelector: () => rest,
    tBodies: [{ replaceWith() {} }],
  };
  const at = (id: string) => {
    const place = places.get(id) ?? { ...rest, textContent: "", hidden: undefined };
    places.set(id, place);
    return place;
  };
  const document = { getElementById: at, createElement: () => rest, addEventListener() {}, hidden: true };
  const run = new Function("document", "fetch", "AbortSignal", `${PAGE_SCRIPT}\nreturn render;`);
  const render = run(document, () => Promise.reject(new Error("no daemon")), { timeout() {} });
  const base = { name: "fig", instance: "default", state: "ready", programs: [], jobs: [], version: "1" };
  return { at, render: (status) => render({ ...base, ...status }) };
}

Deno.test("the page shows the mode of a daemon that has one, and no such place for any other", () => {
  assert.match(pageHtml("fig"), /<div id="mode-fact" hidden><dt>Mode<\/dt><dd id="mode">/);
  const { at, render } = page();
  for (const [mode, text] of [["web", "web"], [null, ""], ["web", "web"], [undefined, ""]] as const) {
    render(mode === undefined ? {} : { mode });
    assert.deepEqual([at("mode").textContent, at("mode-fact").hidden], [text, text === ""]);
  }
});

Deno.test("every place that the script fills is on the page", () => {
  const html = pageHtml("fig");
  const named = [...PAGE_SCRIPT.matchAll(/(?:\$|show|fill)\("([\w-]+)"/g)].map(([, id = ""]) => id);
  assert.ok(named.includes("mode-fact"));
  for (const id of named) assert.match(html, new RegExp(`id="${id}"`), id);
});
